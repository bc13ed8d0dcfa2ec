import { PatchError } from '../errors.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import type { Reference } from '../pairs/references/reference.ts'
import { collectResponses, type StageProgress, sampleSource } from '../pairs/responses/collect-responses.ts'
import { type ResponseJournal, sourceMark } from '../pairs/responses/response-journal.ts'
import { scoreResponses } from '../pairs/responses/score-responses.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { digestOf } from '../sha256.ts'

export interface SampleOptions {
  readonly journal: ResponseJournal
  /** k: responses to each prompt. */
  readonly samples: number
  /** Names the samples in the journal; see {@link sampleSource}. */
  readonly source: string
  /** Whether a prompt may have no response, such as one missing from a recorded reference. Default false. */
  readonly gaps?: boolean | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The journal's name for a judge's scores of one sample. It differs between judges, and between settings of the same judge. */
export const scoreSource = async (source: string, sample: number, judge: Judge): Promise<string> =>
  `${sampleSource(source, sample)} by ${judge.name} ${(await digestOf(await sourceMark(judge))).slice(0, 12)}`

/**
 * Draws k responses to some of the prompts (by index), one sample of all of them at a time. Those in the journal are not
 * asked for again.
 *
 * @throws `INVALID_ARGUMENT` if a prompt gets no response, unless `gaps`; `ABORTED`; and the errors of the source.
 */
export async function sampleResponses(
  respond: (sample: number) => Promise<Reference>,
  prompts: readonly PatchPrompt[],
  indices: readonly number[],
  { journal, samples, source, gaps = false, onProgress, signal }: SampleOptions,
): Promise<void> {
  const total = samples * indices.length
  for (let sample = 0; sample < samples; sample++) {
    const from = await respond(sample)
    const name = sampleSource(source, sample)
    await collectResponses(name, from, prompts, indices, {
      journal,
      signal,
      onProgress:
        onProgress &&
        (({ done }) => onProgress({ stage: source, done: sample * indices.length + done, total })),
    })
    const held = journal.responses(name)
    const silent = gaps ? undefined : indices.find((index) => held.get(index) == null)
    if (silent === undefined) continue
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `${samples} ${samples === 1 ? 'response' : 'responses'} of ${from.name} to each of ${indices.length} prompts`,
      found: `no response ${sample + 1} to prompt ${silent}`,
      remedy: 'Remove that prompt, or ask for fewer samples',
    })
  }
}

export interface JudgeSamplesOptions {
  readonly journal: ResponseJournal
  readonly samples: number
  /** Names the samples in the journal. */
  readonly source: string
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Has a judge score every sample that has no score in the journal yet. The scores of another judge, or of the same one with
 * other settings, are stored separately, so that a judge can be added to a finished run.
 *
 * @returns the scores, by sample and prompt index
 */
export async function judgeSamples(
  judge: Judge,
  prompts: readonly PatchPrompt[],
  { journal, samples, source, onProgress, signal }: JudgeSamplesOptions,
): Promise<ReadonlyMap<number, number>[]> {
  const total = samples * prompts.length
  const scores: ReadonlyMap<number, number>[] = []
  for (let sample = 0; sample < samples; sample++) {
    const own = sampleSource(source, sample)
    const name = await scoreSource(source, sample, judge)
    const held = journal.scores(name)
    await scoreResponses(name, judge, prompts, journal.responses(own), {
      journal,
      signal,
      onProgress:
        onProgress &&
        (() => onProgress({ stage: judge.name, done: sample * prompts.length + held.size, total })),
    })
    scores.push(held)
  }
  return scores
}
