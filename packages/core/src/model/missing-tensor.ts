import { PatchError } from '../errors.ts'

/** The error of a reader that is asked for a tensor it does not have. */
export function missingTensor(name: string, file: string, cause?: unknown): PatchError {
  return new PatchError('MISSING_TENSOR', {
    expected: `a tensor ${name} in ${file}`,
    found: 'no tensor with that name',
    remedy: 'Check that the weights belong to this model and are complete',
    cause,
  })
}
