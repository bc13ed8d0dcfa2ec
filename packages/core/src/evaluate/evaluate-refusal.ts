import { PatchError } from '../errors.ts'
import type { GenerateOptions, LanguageModel } from '../model/language-model/language-model.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import { refusalJudge } from '../pairs/judges/refusal-judge.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import { type Reference, storedResponses } from '../pairs/references/reference.ts'
import { collectResponses, type StageProgress } from '../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../pairs/responses/response-journal.ts'
import { scoreResponses } from '../pairs/responses/score-responses.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../pairs/rows/prompt-format.ts'
import { digestOf } from '../sha256.ts'
import type { Place } from '../storage/place.ts'
import { type RefusalRates, refusalRate, type ScoredResponse } from './metrics/refusal-rate.ts'

/** What is measured: a model, anything else that responds, or responses at hand, in the order of the prompts. */
export type EvaluationSubject =
  | { readonly model: LanguageModel; readonly generation?: EvaluationGenerateOptions | undefined }
  | { readonly reference: Reference }
  | { readonly responses: readonly string[] }

export type EvaluationGenerateOptions = Omit<GenerateOptions, 'signal'> & {
  readonly format?: PromptFormat | undefined
}

export type EvaluateRefusalOptions = EvaluationSubject & {
  /** Harmful prompts and harmless ones. */
  readonly prompts: readonly PatchPrompt[]
  /** Default `refusalJudge()`. */
  readonly judge?: Judge | undefined
  /** Saves responses and scores in this file, so that a stopped run can be resumed. */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface RefusalEvaluation extends RefusalRates {
  /** Name of the judge. */
  readonly judge: string
  /** In the order of the prompts. */
  readonly responses: readonly ScoredResponse[]
}

/**
 * Measures how often harmful prompts are refused and how often harmless ones are, each with its 95% interval.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT` if a prompt has no response; `RESUME_MISMATCH` if `path` is of
 *   another run; `ABORTED`; `STORAGE_FAILED`; and the errors of the subject and the judge.
 */
export async function evaluateRefusal(options: EvaluateRefusalOptions): Promise<RefusalEvaluation> {
  const { prompts, judge = refusalJudge(), path, onProgress, signal } = options
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one prompt',
      found: 'none',
      remedy: 'Pass both harmful and harmless prompts',
    })
  }
  const subject = await subjectOf(options, prompts)
  const journal = await openResponseJournal(path, {
    run: 'refusal',
    subject: await sourceMark(subject),
    judge: await sourceMark(judge),
    prompts: await digestOf(prompts.map(({ kind, prompt }) => [kind, prompt])),
  })
  const stage = { journal, onProgress, signal }
  await collectResponses('model', subject, prompts, [...prompts.keys()], stage)
  await scoreResponses('model', judge, prompts, journal.responses('model'), stage)
  const responses = prompts.map((prompt, index) => {
    const response = journal.responses('model').get(index)
    const score = journal.scores('model').get(index)
    if (response != null && score !== undefined) return { ...prompt, response, score }
    const ended = journal.endings('model').get(index)
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a response of ${subject.name} to each of ${prompts.length} prompts`,
      found: `none to prompt ${index}${ended ? ` (${ended})` : ''}`,
      remedy: 'Measure only on prompts that it responds to',
    })
  })
  return { ...refusalRate(responses), judge: judge.name, responses }
}

async function subjectOf(subject: EvaluationSubject, prompts: readonly PatchPrompt[]): Promise<Reference> {
  if ('model' in subject) return modelReference({ model: subject.model, ...subject.generation })
  if ('reference' in subject) return subject.reference
  const { responses } = subject
  return storedResponses(responses, prompts, (place) => responses[place])
}
