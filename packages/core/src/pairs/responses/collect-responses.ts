import { PatchError, throwIfAborted } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { Reference } from '../references/reference.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import type { ResponseJournal } from './response-journal.ts'

/** Progress of a stage of a run. */
export interface StageProgress {
  /** `reference`, `model` or `judge`. */
  readonly stage: string
  readonly done: number
  readonly total: number
}

export interface CollectOptions {
  readonly journal: ResponseJournal
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A journal's name for one sample of every prompt. */
export const sampleSource = (source: string, sample: number): string => `${source} ${sample}`

/** The seed of one sample, different for each sample and each run seed. */
export const sampleSeed = (seed: number, sample: number): number => seed * 2 ** 20 + sample

/**
 * Asks a source for the responses to some of the prompts (by index) that the journal does not have yet, and records each as it
 * comes.
 *
 * @throws `INVALID_ARGUMENT` if the source leaves out a prompt or returns something other than text; and the errors of the source
 *   and the journal.
 */
export async function collectResponses(
  source: string,
  from: Reference,
  prompts: readonly PatchPrompt[],
  indices: readonly number[],
  { journal, onProgress, signal }: CollectOptions,
): Promise<void> {
  const held = journal.responses(source)
  const missing = indices.filter((index) => !held.has(index))
  const report = (left: number) =>
    onProgress?.({ stage: source, done: indices.length - left, total: indices.length })
  throwIfAborted(signal, `asking ${from.name}`)
  report(missing.length)
  if (missing.length === 0) return
  const awaited = new Set(missing)
  const asked = missing.map((index) => prompts[index] as PatchPrompt)
  for await (const said of from.respond(asked, { signal })) {
    const { index, ended } = said
    // Checked before it is recorded: what is read back must be what was said.
    const response = checkedResponse(said.response, from, missing[index])
    const place = missing[index]
    if (place === undefined || !awaited.delete(place)) continue
    await journal.add({ source, index: place, response, ...(ended && { ended }) })
    report(awaited.size)
    throwIfAborted(signal, `asking ${from.name}`)
  }
  if (awaited.size === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `${from.name} to yield a response (or undefined) for each of ${missing.length} prompts`,
    found: `none for ${awaited.size}, the first being prompt ${Math.min(...awaited)}`,
    remedy: 'Its `respond` must yield every index once',
  })
}

function checkedResponse(response: unknown, { name }: Reference, index: number | undefined): string | null {
  if (response == null) return null
  if (typeof response === 'string') return response
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `responses of ${name} that are texts, or undefined`,
    found: `${describeValue(response)} for prompt ${index ?? 'of no index'}`,
    remedy: 'Its `respond` must yield texts',
  })
}
