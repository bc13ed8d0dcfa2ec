import { PatchError, throwIfAborted } from '../../errors.ts'
import type { TopLogProbabilities } from '../../model/language-model/language-model.ts'
import { klAtPositions } from '../../model/score/kl-at-positions.ts'
import { responseTokens } from '../../model/score/row-layout.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { Reference, RespondSettings } from '../../pairs/references/reference.ts'
import { collectResponses, type StageProgress } from '../../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { digestOf } from '../../sha256.ts'
import type { Place } from '../../storage/place.ts'
import { type EvaluationSubject, probabilitiesOf, sourceOf } from '../evaluation-subject.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { mean } from '../statistics/sample.ts'
import { type IntervalOptions, metricFigure } from './metric-figure.ts'

export interface KlToReferenceOptions {
  /** The subject to compare with the reference: a model, patched or not, or one with a system prompt. */
  readonly subject: EvaluationSubject
  /** M'; gives responses and distributions, over the subject's tokens. */
  readonly reference: Reference
  readonly prompts: readonly PatchPrompt[]
  /** For the figures. */
  readonly domain: string
  readonly data: string
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
  /** Responses are cut to this many tokens: use the length that the reference generates. Default 64. */
  readonly maxTokens?: number | undefined
  /** Number of the most probable tokens of M' kept per position; the rest form one bucket. Default 32. */
  readonly k?: number | undefined
  readonly intervals?: IntervalOptions | undefined
  /** Saves responses and divergences in this file, so that a stopped run can be resumed. */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Number of responses read together before their divergences are saved. */
const chunk = 16

/**
 * How far the subject is from behaving like the reference: KL(M' ‖ subject) in nats at the positions of the reference's own
 * responses, over its k most probable tokens and one bucket for the rest, as in the distillation term (a lower bound of the
 * full divergence). Two figures: the mean over a response's tokens, averaged over prompts, and the same for the first token
 * alone, which decides whether to refuse and what to call somebody.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT` if the reference gives no distributions, the subject no
 *   probabilities, or a prompt has no response; `RESUME_MISMATCH`; `ABORTED`; `STORAGE_FAILED`; and the errors of the models.
 */
export async function klToReference(options: KlToReferenceOptions): Promise<Measurement[]> {
  const {
    subject,
    reference,
    prompts,
    format = 'chat',
    maxTokens = 64,
    k = 32,
    path,
    onProgress,
    signal,
  } = options
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'prompts that the reference responds to',
      found: 'none',
      remedy: 'Pass at least one',
    })
  }
  const settings = { format, maxTokens, temperature: 0, topP: 1, topK: 0, seed: 0 }
  const source = probabilitiesOf(subject, settings)
  const { scoreTop } = reference
  if (!scoreTop) throw noProbabilities(`${reference.name}, which gives only outputs`)
  if ('reason' in source) throw noProbabilities(source.reason)
  const { tokenizer, scoreCandidates } = source
  const journal = await openResponseJournal(path, {
    run: 'kl',
    reference: await sourceMark(reference),
    ...{ format, maxTokens, k },
    prompts: await digestOf(prompts.map(({ kind, prompt }) => [kind, prompt])),
  })
  const all = [...prompts.keys()]
  await collectResponses('reference', reference, prompts, all, { journal, onProgress, signal })
  const responses = journal.responses('reference')
  // A subject of the same name with another prefix or other settings gets values of its own.
  const kept = `KL of ${subject.name} ${(await digestOf(await markOf(subject, settings))).slice(0, 16)}`
  const held = journal.responses(kept)
  const missing = all.filter((index) => !held.has(index))
  while (missing.length > 0) {
    throwIfAborted(signal, 'measuring the divergence')
    const indices = missing.splice(0, chunk)
    const requests = indices.map((index) => ({
      prompt: formatPrompt((prompts[index] as PatchPrompt).prompt, format),
      response: tokensOf(responses.get(index), index),
    }))
    const teachers = await scoreTop(requests, k)
    const candidates = (i: number) => (teachers[i] as TopLogProbabilities).ids
    const students = await scoreCandidates(
      requests.map((request, i) => ({ ...request, candidates: candidates(i) })),
    )
    await journal.add(
      ...indices.map((index, i) => {
        const divergences = klAtPositions(teachers[i] as TopLogProbabilities, students[i] as Float32Array)
        return { source: kept, index, response: JSON.stringify(divergences) }
      }),
    )
    onProgress?.({ stage: 'kl', done: all.length - missing.length, total: all.length })
  }
  const values = all.map((index) => JSON.parse(held.get(index) as string) as number[])
  const figure = (metric: string, of: (divergences: readonly number[]) => number): Measurement => ({
    domain: options.domain,
    metric,
    judge: 'likelihood',
    subject: subject.name,
    data: options.data,
    ...(subject.seed !== undefined && { seed: subject.seed }),
    ...metricFigure({}, values.map(of), options.intervals),
    better: 'lower',
  })
  return [
    figure('KL to the reference', mean),
    figure('KL to the reference, first token', (divergences) => divergences[0] as number),
  ]

  function tokensOf(response: string | null | undefined, index: number): readonly number[] {
    if (response != null) return responseTokens(tokenizer, response).slice(0, maxTokens)
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a response of ${reference.name} to each of ${prompts.length} prompts`,
      found: `none to prompt ${index}`,
      remedy: 'Remove prompts that it does not respond to',
    })
  }
}

async function markOf(subject: EvaluationSubject, settings: RespondSettings): Promise<unknown> {
  if ('responses' in subject) return subject.responses
  const source = 'model' in subject ? modelReference({ model: subject.model }) : sourceOf(subject, settings)
  return [subject.seed ?? null, await sourceMark(source)]
}

function noProbabilities(found: string): PatchError {
  return new PatchError('INVALID_ARGUMENT', {
    expected:
      'a reference that gives distributions and a subject that gives probabilities, over the same tokens',
    found,
    remedy: 'Use local models: modelReference, systemPromptReference, applyPatch',
  })
}
