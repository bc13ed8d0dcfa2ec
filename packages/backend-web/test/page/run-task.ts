import { composeAndEvaluate } from './tasks/compose-and-evaluate.ts'
import { conformance } from './tasks/conformance.ts'
import { loadAndPatch } from './tasks/load-and-patch.ts'
import { opfs } from './tasks/opfs.ts'
import { readRepository } from './tasks/read-repository.ts'
import { train } from './tasks/train.ts'

/** What a task gave, or the error that it ended with. */
export type Outcome = { readonly value: unknown } | { readonly error: string; readonly code?: string }

const tasks: Readonly<Record<string, (input: never) => Promise<unknown>>> = {
  composeAndEvaluate,
  conformance,
  loadAndPatch,
  readRepository,
  train,
  ...opfs,
}

export async function runTask(name: string, input: unknown): Promise<Outcome> {
  try {
    return { value: await tasks[name]?.(input as never) }
  } catch (error) {
    const { message, code, stack } = error as Error & { code?: string }
    return code ? { error: message, code } : { error: `${message}\n${stack}` }
  }
}
