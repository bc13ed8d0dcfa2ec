import { PatchError } from '../errors.ts'
import type { HostTensor, NamedHostTensors, NamedWeights, Signature, TensorSpec } from './backend.ts'

/**
 * Throws unless `feeds` match `inputs` exactly: `INVALID_ARGUMENT` for a feed that is missing, unknown or of another type,
 * `SHAPE_MISMATCH` for one of another shape.
 */
export function checkFeeds(inputs: Signature['inputs'], feeds: NamedHostTensors): void {
  const lengths = new Map<string, number>()
  for (const [name, spec] of Object.entries(inputs)) {
    const feed = feeds[name]
    if (!feed) throw invalid(`a feed \`${name}\``, `feeds ${list(Object.keys(feeds))}`)
    checkFeed(name, boundTo(feed, spec, lengths), feed)
  }
  for (const name of Object.keys(feeds)) {
    if (!inputs[name]) throw invalid(`only the feeds ${list(Object.keys(inputs))}`, `a feed \`${name}\``)
  }
}

/** The specification with its free axes bound to the fed lengths; the first length for a name applies to all its axes. */
function boundTo(feed: HostTensor, spec: TensorSpec, lengths: Map<string, number>): TensorSpec {
  const { free } = spec
  if (!free) return spec
  const shape = spec.shape.map((length, axis) => {
    const name = free[axis]
    if (name === undefined) return length
    const bound = lengths.get(name) ?? feed.shape[axis] ?? 0
    lengths.set(name, bound)
    return bound
  })
  return { ...spec, shape }
}

function checkFeed(name: string, spec: TensorSpec, { shape, data }: HostTensor): void {
  const dtype = data instanceof Int32Array ? 'int32' : 'float32'
  if (dtype !== spec.dtype) throw invalid(`${spec.dtype} in the feed \`${name}\``, dtype)
  const size = spec.shape.reduce((product, length) => product * length, 1)
  const sameShape =
    shape.length === spec.shape.length && shape.every((length, axis) => length === spec.shape[axis])
  if (sameShape && data.length === size) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `the feed \`${name}\` to have the shape [${spec.shape}] and ${size} elements`,
    found: `[${shape}] and ${data.length} elements`,
    remedy: 'Feed the shape that the program was compiled for, or compile it for this shape',
  })
}

function invalid(expected: string, found: string): PatchError {
  return new PatchError('INVALID_ARGUMENT', {
    expected,
    found,
    remedy: 'Feed exactly the inputs in the signature',
  })
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '(none)' : names.map((name) => `\`${name}\``).join(', ')
}

/** Throws `INVALID_ARGUMENT` or `SHAPE_MISMATCH` unless `found` can replace a signature's weights. */
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
