import type { HostTensor, NamedHostTensors } from '../backend/backend.ts'
import { type ErrorCode, PatchError } from '../errors.ts'

/** Throws, naming the first element that differs, unless all outputs exist and are within `tolerance` (relative above 1). */
export function expectClose(found: NamedHostTensors, expected: NamedHostTensors, tolerance: number): void {
  const names = Object.keys(expected).sort()
  if (String(Object.keys(found).sort()) !== String(names))
    throw new Error(`expected the outputs ${names}; found ${Object.keys(found).sort()}`)
  for (const name of names) {
    const difference = differenceOf(found[name] as HostTensor, expected[name] as HostTensor, tolerance)
    if (difference) throw new Error(`output ${name}: ${difference}`)
  }
}

function differenceOf(found: HostTensor, expected: HostTensor, tolerance: number): string | undefined {
  if (String(found.shape) !== String(expected.shape))
    return `expected shape [${expected.shape}]; found [${found.shape}]`
  if (found.data.constructor !== expected.data.constructor)
    return `expected a ${expected.data.constructor.name}; found a ${found.data.constructor.name}`
  for (const [index, value] of expected.data.entries()) {
    const actual = found.data[index] ?? Number.NaN
    const near = Math.abs(actual - value) <= tolerance * Math.max(1, Math.abs(value))
    if (!near && !Object.is(actual, value)) return `expected ${value} at ${index}; found ${actual}`
  }
  return undefined
}

/** Throws unless an action is refused with a given code and a message that contains a word. */
export async function expectRefusal(
  act: () => Promise<unknown>,
  code: ErrorCode,
  mention: string,
): Promise<void> {
  const error = await act().then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof PatchError && error.code === code && error.message.includes(mention)) return
  throw new Error(`expected ${code} with the word ${mention}; found ${error}`)
}
