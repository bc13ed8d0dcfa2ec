import { PatchError } from '../errors.ts'

/** Runs tasks one after the other, in the order in which they were given. */
type RunQueue = <Result>(task: () => Promise<Result> | Result) => Promise<Result>

/** A queue for a backend's runs. A failed task does not hold up those behind it. */
export function runQueue(): RunQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}

/** `BACKEND_FAILED`, for running a program after it or its backend was disposed of. */
export function disposedError(): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: 'a program and a backend in use',
    found: 'one that was disposed',
    remedy: 'Compile the program again on a backend that is in use',
  })
}
