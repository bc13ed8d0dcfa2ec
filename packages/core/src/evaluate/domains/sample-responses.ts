import { PatchError } from '../../errors.ts'
import { collectResponses, type StageProgress } from '../../pairs/collect-responses.ts'
import type { PatchPrompt } from '../../pairs/preference-pair.ts'
import type { Reference } from '../../pairs/reference.ts'
import type { ResponseJournal } from '../../pairs/response-journal.ts'

export interface SampleOptions {
  readonly journal: ResponseJournal
  /** k. */
  readonly samples: number
  /** Names the samples in the journal; see {@link sampleSource}. */
  readonly source: string
  /** Whether a prompt may go without a response, as one may that a recorded reference lacks. Default false. */
  readonly gaps?: boolean
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The journal's name of one sample of every prompt. */
export const sampleSource = (source: string, sample: number): string => `${source} ${sample}`

/** The seed of one sample: different for each, and for each seed of a run. */
export const sampleSeed = (seed: number, sample: number): number => seed * 2 ** 20 + sample

/**
 * Draws k responses to some of the prompts (by index), one sample of all of them after the other; those that the
 * journal holds are not asked for again.
 *
 * @throws `INVALID_ARGUMENT` if a prompt gets none; `ABORTED`; and the errors of thesource.
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
