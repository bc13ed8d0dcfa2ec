import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { collectResponses, type StageProgress } from '../../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import { digestOf } from '../../sha256.ts'
import { type StoredPlace, within } from '../../storage/place.ts'
import { addTeachers } from '../examples/add-teachers.ts'
import type { SftExample } from '../examples/example.ts'
import { tokenizePairs } from '../examples/tokenize-pairs.ts'
import type { DistillationRow, DistillationTask } from './distillation-task.ts'

export interface PrepareTasksOptions {
  readonly model: LanguageModel
  readonly prefixLength: number
  /** Number of tokens kept of each distribution. */
  readonly k: number
  readonly directory: StoredPlace
  readonly onProgress: (progress: StageProgress) => void
  readonly signal?: AbortSignal | undefined
}

export interface PreparedTask {
  readonly name: string
  readonly share: number
  readonly examples: readonly SftExample[]
  /** Their prompts, as given. */
  readonly prompts: readonly DistillationRow['prompt'][]
  /** SHA-256 of its rows with their responses. */
  readonly digest: string
}

/** Gets missing responses and all distributions from the teachers. Every row has equal weight, however long it is. */
export async function prepareTasks(
  tasks: readonly DistillationTask[],
  options: PrepareTasksOptions,
): Promise<PreparedTask[]> {
  const prepared: PreparedTask[] = []
  for (const task of tasks) prepared.push(await prepareTask(task, options))
  return prepared
}

async function prepareTask(task: DistillationTask, options: PrepareTasksOptions): Promise<PreparedTask> {
  const { model, prefixLength, k, signal } = options
  const { name, teacher, format = 'chat', share = 1, maxResponseTokens = 32 } = task
  const rows = await responded(task, options)
  const pairs = rows.map(({ prompt, kind, response }) => ({ prompt, kind, chosen: response as string }))
  const tokenized = tokenizePairs(model, pairs, { format, prefixLength, maxResponseTokens })
  const taught = await addTeachers(pairs, tokenized, {
    model,
    reference: teacher,
    format,
    distillation: { weight: 1, k, harmless: 'reference' },
    signal,
  })
  return {
    name,
    share,
    prompts: rows.map(({ prompt }) => prompt),
    examples: taught.map((example) => ({ ...example, weight: 1 / example.chosen.length })),
    digest: await digestOf([format, maxResponseTokens, pairs]),
  }
}

async function responded(
  { name, teacher, rows }: DistillationTask,
  { directory, onProgress, signal }: PrepareTasksOptions,
): Promise<DistillationRow[]> {
  const missing = [...rows.keys()].filter((index) => rows[index]?.response === undefined)
  if (missing.length === 0) return [...rows]
  const file = within(directory, `responses-${name.replace(/[^A-Za-z0-9._-]+/g, '-')}.jsonl`)
  const journal = await openResponseJournal(file, {
    run: 'distillation',
    teacher: await sourceMark(teacher),
    prompts: await digestOf(rows.map(({ prompt, kind }) => [kind, prompt])),
  })
  await collectResponses('teacher', teacher, rows, missing, {
    journal,
    onProgress: (progress) => onProgress({ ...progress, stage: name }),
    signal,
  })
  const said = journal.responses('teacher')
  // A teacher may have no response to a prompt.
  const filled = rows.map((row, index) => ({ ...row, response: row.response ?? said.get(index) ?? '' }))
  const usable = filled.filter(({ response }) => response !== '')
  if (usable.length > 0) return usable
  throw new PatchError('EMPTY_DATA', {
    expected: `responses of ${teacher.name} to the prompts of ${name}`,
    found: 'none',
    remedy: 'Check the teacher, or pass rows with responses',
  })
}
