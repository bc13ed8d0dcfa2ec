import { PatchError } from '../../errors.ts'
import { createRandom } from '../../random.ts'

/** A task that batches are drawn from. */
export interface TaskRows {
  readonly name: string
  /** Number of its rows. */
  readonly rows: number
  /** Its weight in a batch, relative to the others. */
  readonly share: number
}

/** A row of a task, by index. */
export interface DrawnRow {
  readonly task: number
  readonly row: number
}

/**
 * The batch of each step: rows of several tasks in proportion to their shares (on average, if they are not whole numbers). Every
 * row of a task is used once before any repeats. Batches depend only on the seed and the step.
 *
 * @throws `EMPTY_DATA` for a task without rows; `INVALID_ARGUMENT` for invalid shares.
 */
export function taskBatches(
  tasks: readonly TaskRows[],
  { steps, batchSize, seed }: { readonly steps: number; readonly batchSize: number; readonly seed: number },
): DrawnRow[][] {
  checkTasks(tasks)
  const total = tasks.reduce((sum, { share }) => sum + share, 0)
  const random = createRandom(seed)
  const left = tasks.map((): number[] => [])
  const draw = (task: number): DrawnRow => {
    const own = left[task] as number[]
    if (own.length === 0) own.push(...random.shuffle([...Array((tasks[task] as TaskRows).rows).keys()]))
    return { task, row: own.pop() as number }
  }
  const owed = tasks.map(() => 0)
  return Array.from({ length: steps }, () =>
    Array.from({ length: batchSize }, () => {
      for (const [task, { share }] of tasks.entries()) owed[task] = (owed[task] as number) + share / total
      const most = owed.indexOf(Math.max(...owed))
      owed[most] = (owed[most] as number) - 1
      return draw(most)
    }),
  )
}

function checkTasks(tasks: readonly TaskRows[]): void {
  const empty = tasks.filter(({ rows }) => rows === 0).map(({ name }) => name)
  if (tasks.length === 0 || empty.length > 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one task, and rows for each',
      found: tasks.length === 0 ? 'no task' : `none for ${empty.join(', ')}`,
      remedy: 'Give every task prompts that its teacher answers',
    })
  }
  const bad = tasks.filter(({ share }) => !(share > 0 && Number.isFinite(share)))
  if (bad.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'shares above 0',
    found: bad.map(({ name, share }) => `${share} for ${name}`).join(', '),
    remedy: 'Correct them, or remove the task',
  })
}
