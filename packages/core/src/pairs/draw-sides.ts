import { type PairSide, type PairSides, type SidesByKind, sidesOfKind } from './pair-recipe.ts'
import { pickRefusals } from './pick-refusals.ts'
import type { ResponseJournal } from './responses/response-journal.ts'
import type { PatchPrompt } from './rows/preference-pair.ts'

/** A response with the judge's score in [0, 1]. */
export interface ScoredSample {
  readonly response: string
  readonly score: number
}

/** Samples that one source gave for some prompts. */
export interface DrawnSamples {
  /** The scored samples of a prompt, by its index. */
  of(index: number): readonly ScoredSample[]
  /** The first sample for every prompt that was asked, scored or not. */
  readonly first: ReadonlyMap<number, string | null>
}

/** A source's samples in a journal, given the journal's names for each sample's responses and scores. */
export function samplesIn(
  journal: ResponseJournal,
  names: readonly { readonly responses: string; readonly scores: string }[],
): DrawnSamples {
  const drawn = names.map((own) => [journal.responses(own.responses), journal.scores(own.scores)] as const)
  return {
    of: (index) =>
      drawn.flatMap(([responses, scores]) => {
        const [response, score] = [responses.get(index), scores.get(index)]
        return response == null || score === undefined ? [] : { response, score }
      }),
    first: drawn[0]?.[0] ?? new Map(),
  }
}

export interface DrawSidesOptions {
  readonly sides: SidesByKind
  /** Draws and judges a source's responses to some of the prompts, by index. */
  readonly draw: (source: 'reference' | 'model', indices: readonly number[]) => Promise<DrawnSamples>
  /** Scores refusals that no source gave, by prompt index. */
  readonly judgeRefusals: (refusals: ReadonlyMap<number, string>) => Promise<ReadonlyMap<number, number>>
  /** Where refusals come from: the reference if it has some, or stock phrases. Default `reference`. */
  readonly refusals?: 'reference' | 'stock' | undefined
  /** Seed for drawing refusals. */
  readonly seed: number
}

/** The two sides of a prompt's pair, by index, with the judge's scores. */
export type DrawnSides = (index: number) => {
  readonly [Side in keyof PairSides]?: ScoredSample | undefined
} & {
  /** The other samples that y⁺ was picked from. */
  readonly unpicked: readonly ScoredSample[]
}

/**
 * Draws and judges the sides of pairs as a recipe specifies: first from the reference, then from the model (including where the
 * reference falls short), then refusals. Every way of making pairs uses this; they differ in the recipe, and in how `draw` asks a
 * source and stores its responses.
 */
export async function drawSides(
  prompts: readonly PatchPrompt[],
  { sides, draw, judgeRefusals, refusals: from = 'reference', seed }: DrawSidesOptions,
): Promise<DrawnSides> {
  const sidesOf = (index: number): Partial<PairSides> =>
    sidesOfKind(sides, (prompts[index] as PatchPrompt).kind) ?? {}
  const whereSome = (needed: (side: PairSide, index: number) => boolean) =>
    [...prompts.keys()].filter((index) => {
      const { chosen, rejected } = sidesOf(index)
      return [chosen, rejected].some((side) => side && needed(side, index))
    })

  // Refusals are picked from the reference's responses, so it is also asked where only refusals are wanted.
  const ofReference = await draw(
    'reference',
    whereSome((side) => side.from !== 'model' || side.orElse === 'reference'),
  )
  const fallsBack = (side: PairSide, index: number) => {
    if (side.from !== 'reference' || side.orElse !== 'model') return false
    if (prompts[index]?.bare !== undefined) return true
    return !((pickSample(ofReference.of(index), side.pick)?.score ?? 0) >= 0.5)
  }
  const ofModel = await draw(
    'model',
    whereSome((side, index) => side.from === 'model' || fallsBack(side, index)),
  )
  const wanted = new Set(whereSome((side) => side.from === 'refusal'))
  const picked = wanted.size > 0 ? pickRefusals(prompts, ofReference.first, from, seed) : []
  const refusals = new Map([...picked].filter(([index]) => wanted.has(index)))
  const refusalScores = await judgeRefusals(refusals)

  const samplesOf = (source: PairSide['from'], index: number): readonly ScoredSample[] => {
    if (source !== 'refusal') return (source === 'reference' ? ofReference : ofModel).of(index)
    const [response, score] = [refusals.get(index), refusalScores.get(index)]
    return response === undefined || score === undefined ? [] : [{ response, score }]
  }
  const take = (side: PairSide | undefined, index: number): ScoredSample | undefined => {
    if (!side) return undefined
    const own = pickSample(samplesOf(side.from, index), side.pick)
    const other = side.orElse && pickSample(samplesOf(side.orElse, index), side.pick)
    const taken = fallsBack(side, index)
      ? (other ?? own)
      : (own ?? (side.from === 'model' ? other : undefined))
    return side.only === 'unwanted' && taken && taken.score >= 0.5 ? undefined : taken
  }
  return (index) => {
    const { chosen: of, rejected } = sidesOf(index)
    const chosen = take(of, index)
    const samples = of && of.from !== 'refusal' ? samplesOf(of.from, index) : []
    const taken = samples.findIndex(({ response }) => response === chosen?.response)
    const unpicked = taken < 0 ? [] : samples.filter((_, sample) => sample !== taken)
    return { chosen, rejected: take(rejected, index), unpicked }
  }
}

/** The first sample, or the first with the highest or lowest score; undefined if there are none. */
function pickSample(
  samples: readonly ScoredSample[],
  pick: PairSide['pick'] = 'first',
): ScoredSample | undefined {
  if (pick === 'first') return samples[0]
  const sign = pick === 'best' ? 1 : -1
  const [first, ...others] = samples
  return first && others.reduce((best, own) => (sign * (own.score - best.score) > 0 ? own : best), first)
}
