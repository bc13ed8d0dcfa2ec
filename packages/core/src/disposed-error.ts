import { PatchError } from './errors.ts'

/** `BACKEND_FAILED`, for a run of a program that, or whose backend, was disposed of. */
export function disposedError(): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: 'a program and a backend in use',
    found: 'one that was disposed',
    remedy: 'Compile the program again on a backend that is in use',
  })
}
