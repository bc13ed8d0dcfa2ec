import { PatchError } from '../errors.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { drawSides, type ScoredSample, samplesIn } from '../pairs/draw-sides.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import type { Reference, RespondSettings } from '../pairs/references/reference.ts'
import { type StageProgress, sampleSeed, sampleSource } from '../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../pairs/responses/response-journal.ts'
import { scoreResponses } from '../pairs/responses/score-responses.ts'
import type { PatchPrompt, PreferencePair } from '../pairs/rows/preference-pair.ts'
import { digestOf } from '../sha256.ts'
import type { Place } from '../storage/place.ts'
import type { Domain } from './domain.ts'
import { judgeSamples, sampleResponses, scoreSource } from './sample-responses.ts'

export interface DomainPairsOptions {
  readonly domain: Domain
  /** The target M. */
  readonly model: LanguageModel
  /**
   * The safer M'; a function receives the recipe's sampling settings, such as `(settings) => modelReference({ model,
   * ...settings })`.
   */
  readonly reference: Reference | ((settings: RespondSettings) => Reference)
  readonly prompts: readonly PatchPrompt[]
  /** Default 0. */
  readonly seed?: number | undefined
  readonly batchSize?: number | undefined
  /** Saves what is drawn and scored in this file, so that a stopped run can be resumed. */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes the pairs of a domain's recipe, with its judge's scores, in the order of the prompts. Each may be followed by rows
 * with only y⁺, if the recipe asks for them. Prompts without y⁺ are left out. Nothing is filtered yet: `trainPatch` does that
 * with `domain.pairs.filter`.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT` for several samples from a reference that is not a function, or at
 *   temperature 0; `RESUME_MISMATCH`; `ABORTED`; `STORAGE_FAILED`; and the errors of the models and the judge.
 */
export async function domainPairs(options: DomainPairsOptions): Promise<PreferencePair[]> {
  const { name, format, sampling, pairs: recipe } = options.domain
  const { model, reference, prompts, seed = 0, batchSize } = options
  const { path, onProgress, signal } = options
  const { samples = 1, temperature = 0, maxTokens = sampling.maxTokens, judge } = recipe
  checkSampling(prompts, samples, temperature, typeof reference === 'function')
  const settings = (sample: number): RespondSettings => ({
    ...{ format, maxTokens, temperature, topP: 1, topK: 0, seed: sampleSeed(seed, sample) },
    batchSize,
  })
  const sources = {
    reference: (sample: number) =>
      typeof reference === 'function' ? reference(settings(sample)) : reference,
    model: (sample: number) => modelReference({ model, ...settings(sample) }),
  }
  const journal = await openResponseJournal(path, {
    run: 'domain pairs',
    domain: name,
    reference: await sourceMark(sources.reference(0)),
    model: await sourceMark(sources.model(0)),
    judge: await sourceMark(judge),
    sides: recipe.sides,
    seed,
    prompts: await digestOf(prompts.map((p) => [p.kind, p.prompt])),
  })
  const stage = { journal, samples, gaps: true, onProgress, signal }
  const draw = async (source: 'reference' | 'model', indices: readonly number[]) => {
    const own = { ...stage, source }
    await sampleResponses(async (sample) => sources[source](sample), prompts, indices, own)
    await judgeSamples(judge, prompts, own)
    const names = await Promise.all(
      Array.from({ length: samples }, async (_, sample) => ({
        responses: sampleSource(source, sample),
        scores: await scoreSource(source, sample, judge),
      })),
    )
    return samplesIn(journal, names)
  }
  const judgeRefusals = async (refusals: ReadonlyMap<number, string>) => {
    await scoreResponses('refusal', judge, prompts, refusals, stage)
    return journal.scores('refusal')
  }
  // Prompts are asked as they are, including those in a context.
  const asked = prompts.map(({ prompt, kind }) => ({ prompt, kind }))
  const sides = await drawSides(asked, { ...{ draw, judgeRefusals, seed }, sides: recipe.sides })
  return prompts.flatMap(({ prompt, kind, part }, index): PreferencePair[] => {
    const { chosen, rejected, unpicked } = sides(index)
    if (!chosen) return []
    const others = recipe.unpicked === 'sft' ? unpicked : []
    const row = { prompt, kind, ...(part !== undefined && { part }) }
    return [
      { ...row, ...named('chosen', chosen), ...(rejected && named('rejected', rejected)) },
      ...others.map((other) => ({ ...row, ...named('chosen', other) })),
    ]
  })
}

/** One side of a row of a pairs file. */
function named<Side extends 'chosen' | 'rejected'>(side: Side, { response, score }: ScoredSample) {
  return { [side]: response, [`${side}Score`]: score } as Record<Side, string> &
    Record<`${Side}Score`, number>
}

function checkSampling(
  prompts: readonly PatchPrompt[],
  samples: number,
  temperature: number,
  seeded: boolean,
): void {
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one prompt',
      found: 'none',
      remedy: 'Pass prompts to make pairs from',
    })
  }
  if (samples === 1 || (samples > 1 && temperature > 0 && seeded)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected:
      'one sample, or several at a temperature above 0 from a reference that is a function of its settings',
    found: `${samples} samples, temperature ${temperature}, ${seeded ? 'a function' : 'a reference'}`,
    remedy: 'Pass `(settings) => modelReference({ model, ...settings })`, or change the recipe',
  })
}
