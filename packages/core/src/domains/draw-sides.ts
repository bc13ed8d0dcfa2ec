import { pickRefusals } from '../pairs/pick-refusals.ts'
import type { Reference } from '../pairs/references/reference.ts'
import { scoreResponses } from '../pairs/responses/score-responses.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { namesOfSide } from '../pairs/rows/prompt-kind.ts'
import type { PairRecipe, PairSide, PairSides } from './domain.ts'
import { judgeSamples, type SampleOptions, sampleResponses, sampleSource } from './sample-responses.ts'

/** The sides of the pair of one prompt, by its index, with the judge's scores. */
export type DrawnSides = (index: number) => {
  readonly [Side in keyof PairSides]?: ScoredResponse | undefined
} & {
  /** The samples that y⁺ was picked from, without itself. */
  readonly unpicked: readonly ScoredResponse[]
}

type Source = 'reference' | 'model'

/** Draws and judges what a recipe needs of the reference, then of the model where that will not do, then refusals. */
export async function drawSides(
  { judge, sides }: PairRecipe,
  prompts: readonly PatchPrompt[],
  sources: Readonly<Record<Source, (sample: number) => Reference>>,
  { seed, ...options }: Omit<SampleOptions, 'source'> & { readonly seed: number },
): Promise<DrawnSides> {
  const { journal } = options
  const sidesOf = (index: number) => {
    const [own, other] = namesOfSide((prompts[index] as PatchPrompt).kind)
    return sides[own] ?? sides[other]
  }
  const wanted = (index: number): PairSide[] => {
    const { chosen, rejected } = sidesOf(index) ?? {}
    return [chosen, rejected].filter((side) => side !== undefined)
  }
  const scores: Record<Source, ReadonlyMap<number, number>[]> = { reference: [], model: [] }
  const draw = async (source: Source, needed: (side: PairSide, index: number) => boolean) => {
    const indices = [...prompts.keys()].filter((index) => wanted(index).some((side) => needed(side, index)))
    const stage = { ...options, source, gaps: true }
    await sampleResponses(async (sample) => sources[source](sample), prompts, indices, stage)
    scores[source] = await judgeSamples(judge, prompts, stage)
  }
  const drawn = (source: Source, index: number): ScoredResponse[] =>
    scores[source].flatMap((own, sample) => {
      const response = journal.responses(sampleSource(source, sample)).get(index)
      const score = own.get(index)
      return response == null || score === undefined ? [] : { response, score }
    })
  const ofReference = (side: PairSide, index: number) => pickSample(drawn('reference', index), side.pick)
  const fallsBack = (side: PairSide, index: number) =>
    side.from === 'reference' && side.orElse === 'model' && !((ofReference(side, index)?.score ?? 0) >= 0.5)

  // Refusals are taken from what the reference says, so it is asked where they are wanted too.
  await draw('reference', ({ from }) => from !== 'model')
  await draw('model', (side, index) => side.from === 'model' || fallsBack(side, index))
  const said = journal.responses(sampleSource('reference', 0))
  const refusals = pickRefusals(prompts, said, 'reference', seed)
  await scoreResponses('refusal', judge, prompts, refusals, options)

  const take = (side: PairSide | undefined, index: number): ScoredResponse | undefined => {
    if (!side) return undefined
    if (side.from === 'refusal') {
      const response = refusals.get(index)
      return response === undefined
        ? undefined
        : { response, score: journal.scores('refusal').get(index) as number }
    }
    const first = pickSample(drawn(side.from, index), side.pick)
    return fallsBack(side, index) ? (pickSample(drawn('model', index), side.pick) ?? first) : first
  }
  return (index) => {
    const { chosen: of, rejected } = sidesOf(index) ?? {}
    const chosen = take(of, index)
    const samples = of?.from === 'reference' || of?.from === 'model' ? drawn(of.from, index) : []
    const picked = samples.findIndex(({ response }) => response === chosen?.response)
    const unpicked = picked < 0 ? [] : samples.filter((_, sample) => sample !== picked)
    return { chosen, rejected: take(rejected, index), unpicked }
  }
}

export interface ScoredResponse {
  readonly response: string
  readonly score: number
}

/** The first sample, or the first of those with the highest or lowest score; undefined of none. */
export function pickSample(
  samples: readonly ScoredResponse[],
  pick: PairSide['pick'] = 'first',
): ScoredResponse | undefined {
  if (pick === 'first') return samples[0]
  const sign = pick === 'best' ? 1 : -1
  const [first, ...others] = samples
  return first && others.reduce((best, own) => (sign * (own.score - best.score) > 0 ? own : best), first)
}
