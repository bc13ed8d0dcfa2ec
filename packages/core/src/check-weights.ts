import type { NamedWeights } from './backend.ts'
import { PatchError } from './errors.ts'

/** Throws `INVALID_ARGUMENT` or `SHAPE_MISMATCH` unless `found` can stand in place of a signature's weights. */
export function checkWeights(signature: NamedWeights, found: NamedWeights): void {
  const stray = Object.keys(found).filter((name) => !(name in signature))
  if (stray.length > 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: "only weights that the program's signature names",
      found: `${stray.join(', ')} besides`,
      remedy: 'Remove the others, or compile another program for weights that have them',
    })
  }
  for (const [name, { shape }] of Object.entries(signature)) {
    const weight = found[name]
    if (!weight) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: `a weight ${name}`,
        found: Object.keys(found).join(', ') || 'no weights',
        remedy: 'Run the program with the weights that its signature names',
      })
    }
    if (`${weight.shape}` === `${shape}`) continue
    throw new PatchError('SHAPE_MISMATCH', {
      expected: `the weight ${name} of shape [${shape}]`,
      found: `[${weight.shape}]`,
      remedy: 'Compile the program for weights of this shape',
    })
  }
}
