import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Command, quietEnvironment } from './command.ts'

/** A process of one side that is ready and does its work once per request. */
export interface Side<Report> {
  readonly name: string
  step(): Promise<Report>
  close(): void
}

/** Starts a side and waits until its model is loaded. Rejects if the process ends. Its errors go to our standard error. */
export async function startSide<Report>(
  name: string,
  [program, ...args]: Command,
  task: object,
): Promise<Side<Report>> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: quietEnvironment })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`${name} ended with ${code ?? signal}`)))
  })
  // Closing the side also ends the process, when nobody is waiting.
  failed.catch(() => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`)
    const answer = await Promise.race([lines.next(), failed])
    return answer.done ? failed : JSON.parse(answer.value)
  }
  await ask(JSON.stringify(task))
  return {
    name,
    step: () => ask('step') as Promise<Report>,
    close: () => child.stdin.end(),
  }
}
