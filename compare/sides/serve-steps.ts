import { createInterface } from 'node:readline'

/**
 * A side's end of side.ts's line protocol: the first line of input is a task, every further line requests a step. Each line is
 * answered with a line of JSON.
 */
export async function serveSteps<Task>(
  prepare: (task: Task) => Promise<() => Promise<object>>,
): Promise<void> {
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
  let step: (() => Promise<object>) | undefined
  for await (const line of createInterface({ input: process.stdin })) {
    if (step) answer(await step())
    else {
      step = await prepare(JSON.parse(line) as Task)
      answer({ ready: true })
    }
  }
}
