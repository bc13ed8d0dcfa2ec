import { isGated } from '../../model/gate/gate.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { Judge } from '../../pairs/judges/judge.ts'
import { firstTokens } from '../../pairs/references/reference.ts'
import { collectResponses, type StageProgress } from '../../pairs/responses/collect-responses.ts'
import {
  openResponseJournal,
  type ResponseJournal,
  sourceMark,
} from '../../pairs/responses/response-journal.ts'
import { scoreResponses } from '../../pairs/responses/score-responses.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { digestOf } from '../../sha256.ts'
import { type StoredPlace, within } from '../../storage/place.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { type EvaluationSubject, respondent } from '../evaluation-subject.ts'

/** How responses are generated, greedily. */
export interface GridGeneration {
  /** Number of tokens judged per response; longer responses of references are cut. Default 64. */
  readonly maxTokens?: number | undefined
  /** Responses generated together. Default 32. */
  readonly batchSize?: number | undefined
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
}

export interface AskSubjectOptions {
  readonly generation: GridGeneration
  readonly judges: readonly Judge[]
  /** Models that have answered these prompts in this way, so that a gated model can reuse its base's answers. */
  readonly answered?: readonly AnsweredBy[] | undefined
  /** The base's tokenizer, used to cut the responses of references. */
  readonly tokenizer: Tokenizer | undefined
  readonly directory: StoredPlace | undefined
  readonly onProgress: ((progress: StageProgress) => void) | undefined
  readonly signal: AbortSignal | undefined
}

/** A subject's responses to prompts, and the judges' scores for them. */
export interface Asked {
  /** By prompt index. Prompts to which it says nothing, as recorded outputs may, are left out. */
  readonly responses: ReadonlyMap<number, string>
  /** By judge, in order, and prompt index; in [0, 1]. */
  readonly scores: readonly ReadonlyMap<number, number>[]
}

/**
 * Asks a subject and has every judge score its responses. With a directory, everything is saved there in
 * `<name>-<digest>.jsonl`. The digest is of the prompts and of what the subject's responses depend on, so a base is asked
 * only once for any number of patches, and another prefix has its own file.
 */
export async function askSubject(
  subject: EvaluationSubject,
  prompts: readonly PatchPrompt[],
  { generation, judges, answered = [], tokenizer, directory, onProgress, signal }: AskSubjectOptions,
): Promise<Asked> {
  const { name } = subject
  const { maxTokens = 64, batchSize = 32, format = 'chat' } = generation
  const greedy = { temperature: 0, topP: 1, topK: 0, seed: 0 }
  const source = await respondent(subject, prompts, 0, { maxTokens, batchSize, format, ...greedy })
  const asked = 'model' in subject || !tokenizer ? source : firstTokens(source, tokenizer, maxTokens)
  const settings = {
    run: 'grid',
    subject: await sourceMark(asked),
    prompts: await digestOf(prompts.map(({ kind, prompt }) => [kind, prompt])),
  }
  const file = `${name.replace(/[^\p{L}\p{N}.]+/gu, '-')}-${(await digestOf(settings)).slice(0, 12)}.jsonl`
  const journal = await openResponseJournal(directory && within(directory, file), settings)
  const stage = {
    journal,
    onProgress: ({ stage, ...count }: StageProgress) =>
      onProgress?.({ stage: `${name}: ${stage === 'model' ? 'responses' : stage}`, ...count }),
    signal,
  }
  const model = 'model' in subject ? subject.model : undefined
  const base = model && baseOf(model, answered)
  if (base) await takeFromBase(model, base, prompts, { journal, format, batchSize, signal })
  await collectResponses('model', asked, prompts, [...prompts.keys()], stage)
  const said = journal.responses('model')
  const scores: ReadonlyMap<number, number>[] = []
  for (const judge of judges) {
    const source = `${judge.name} ${(await digestOf(await sourceMark(judge))).slice(0, 12)}`
    await scoreResponses(source, judge, prompts, said, stage)
    scores.push(journal.scores(source))
  }
  const responses = new Map([...said].flatMap(([index, text]) => (text === null ? [] : [[index, text]])))
  return { responses, scores }
}

/** A model and what it said, by prompt index. */
export interface AnsweredBy {
  readonly model: LanguageModel
  readonly responses: ReadonlyMap<number, string>
}

/** The base of a model whose prefix has a gate, among the models that have answered: same weights and precision, no prefix. */
export const baseOf = (model: LanguageModel, answered: readonly AnsweredBy[]): AnsweredBy | undefined =>
  isGated(model.prefix)
    ? answered.find(
        ({ model: { prefix, weights, precision } }) =>
          prefix === undefined && weights === model.weights && precision === model.precision,
      )
    : undefined

interface TakeFromBaseOptions {
  readonly journal: ResponseJournal
  readonly format: PromptFormat
  readonly batchSize: number
  readonly signal: AbortSignal | undefined
}

/**
 * Saves the base's responses as those of a model whose prefix has a gate, for the prompts on which the prefix has no effect:
 * there both say exactly the same. Responses already in the journal are kept.
 *
 * @throws the errors of the model and the journal
 */
export async function takeFromBase(
  model: LanguageModel,
  base: AnsweredBy,
  prompts: readonly PatchPrompt[],
  { journal, format, batchSize, signal }: TakeFromBaseOptions,
): Promise<void> {
  const held = journal.responses('model')
  const missing = [...prompts.keys()].filter((index) => !held.has(index) && base.responses.has(index))
  if (missing.length === 0) return
  const asked = missing.map((index) => formatPrompt((prompts[index] as PatchPrompt).prompt, format))
  const fires = await model.takesEffect(asked, { batchSize, signal })
  const taken = missing.filter((_, i) => !fires[i])
  if (taken.length === 0) return
  await journal.add(
    ...taken.map((index) => ({ source: 'model', index, response: base.responses.get(index) as string })),
  )
}
