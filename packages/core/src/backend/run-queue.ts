import { PatchError } from '../errors.ts'

/** Runs tasks one after the other, in the order in which they were given. */
type RunQueue = <Result>(task: () => Promise<Result> | Result) => Promise<Result>

/** A queue of a backend's runs; a task that fails does not hold up those behind it. */
export function runQueue(): RunQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}

/** `BACKEND_FAILED`, for a run of a program that, or whose backend, was disposed of. */
export function disposedError(): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: 'a program and a backend in use',
    found: 'one that was disposed',
    remedy: 'Compile the program again on a backend that is in use',
  })
}
