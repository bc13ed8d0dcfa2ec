import { PatchError } from '../../errors.ts'
import type { Judge } from '../../pairs/judges/judge.ts'
import { refusalJudge } from '../../pairs/judges/refusal-judge.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { EvaluationSubject } from '../evaluation-subject.ts'
import type { ScoredResponse } from '../metrics/refusal-rate.ts'
import { type AnsweredBy, askSubject, type GridGeneration } from './ask-subject.ts'
import { cellsOf, type EvaluationCell } from './evaluation-cell.ts'

export interface EvaluateGridOptions {
  /** Each with its own name. */
  readonly subjects: readonly EvaluationSubject[]
  /** Harmful prompts and harmless ones, of one origin (`part`) or more, in contexts (`context`) or bare. */
  readonly prompts: readonly PatchPrompt[]
  /** The first one decides. Default: only `refusalJudge()`. */
  readonly judges?: readonly Judge[] | undefined
  readonly generation?: GridGeneration | undefined
  /** Used to cut the responses of references. Default: the first model's. */
  readonly tokenizer?: Tokenizer | undefined
  /** Saves responses and scores in this folder, so that a stopped run can be resumed. */
  readonly directory?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface GridEvaluation {
  /** Names of the subjects, in their order. */
  readonly subjects: readonly string[]
  /** Names of the judges, the one that decides first. */
  readonly judges: readonly string[]
  /** Number of tokens judged per response. */
  readonly maxTokens: number
  /** By subject, then by origin, context and kind. */
  readonly cells: readonly EvaluationCell[]
  /** By subject, in the order of the prompts, scored by the first judge; undefined if it had no response. */
  readonly responses: Readonly<Record<string, readonly (ScoredResponse | undefined)[]>>
}

/**
 * Measures how often each subject refuses, separately for each origin of the prompts, each context and each kind. Refusal of
 * harmful prompts is never a single number, and never reported without that of harmless ones. References get the prompts in
 * their contexts. If a gated prefix is not used for a prompt, the answer of its base model is reused if that is an earlier
 * subject.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT` for no subjects or judges, or for several with the same name;
 *   `RESUME_MISMATCH`, `ABORTED`, `STORAGE_FAILED`; and the errors of the subjects and the judges.
 */
export async function evaluateGrid(options: EvaluateGridOptions): Promise<GridEvaluation> {
  const { subjects, prompts, judges = [refusalJudge()], generation = {}, onProgress, signal } = options
  const directory = storedAt(options.directory)
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one prompt',
      found: 'none',
      remedy: 'Pass both harmful and harmless prompts',
    })
  }
  checkNames('subjects', subjects)
  checkNames('judges', judges)
  const [model] = subjects.flatMap((subject) => ('model' in subject ? subject.model : []))
  const tokenizer = options.tokenizer ?? model?.tokenizer
  const cells: EvaluationCell[] = []
  const responses: Record<string, (ScoredResponse | undefined)[]> = {}
  const answered: AnsweredBy[] = []
  for (const subject of subjects) {
    const asked = await askSubject(subject, prompts, {
      ...{ generation, judges, answered, tokenizer, directory, onProgress, signal },
    })
    if ('model' in subject) answered.push({ model: subject.model, responses: asked.responses })
    cells.push(...cellsOf(subject.name, prompts, judges, asked))
    responses[subject.name] = prompts.map((prompt, index) => {
      const response = asked.responses.get(index)
      const score = asked.scores[0]?.get(index)
      return response === undefined || score === undefined ? undefined : { ...prompt, response, score }
    })
  }
  return {
    subjects: subjects.map(({ name }) => name),
    judges: judges.map(({ name }) => name),
    maxTokens: generation.maxTokens ?? 64,
    cells,
    responses,
  }
}

function checkNames(what: string, named: readonly { readonly name: string }[]): void {
  const names = named.map(({ name }) => name)
  if (names.length > 0 && new Set(names).size === names.length) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `at least one of the ${what}, each with its own name`,
    found: names.join(', ') || 'none',
    remedy: 'Give them different names: figures are labelled with them',
  })
}
