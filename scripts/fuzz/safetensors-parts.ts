import fc from 'fast-check'
import { doubleName } from './double-names.ts'
import { utf8 } from './fuzzed-reader.ts'
import { changedJson, treeOf } from './json-tree.ts'
import { joined } from './mutations.ts'

const lengthOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)

/** The header of a valid safetensors file. */
export const headerOf = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(8, 8 + lengthOf(bytes)))

/** Writes a safetensors file. `lengthShift` is added to the length of its header, in bytes. */
export function safetensorsBytes(header: string, data: Uint8Array, lengthShift = 0): Uint8Array {
  const bytes = utf8(header)
  const length = BigUint64Array.of(BigInt(Math.max(0, bytes.length + lengthShift)))
  return joined([new Uint8Array(length.buffer), bytes, data])
}

/** A valid file with a changed header. */
export const changedSafetensors = (
  bytes: Uint8Array,
  texts?: fc.Arbitrary<string>,
): fc.Arbitrary<Uint8Array> =>
  changedJson(fc.constant(treeOf(JSON.parse(headerOf(bytes)))), texts).map((header) =>
    safetensorsBytes(header, bytes.subarray(8 + lengthOf(bytes))),
  )

/** Finds two tensors that share a name or bytes, or bytes that belong to none. */
export function safetensorsAmbiguity(bytes: Uint8Array): string | undefined {
  const header = headerOf(bytes)
  const double = doubleName(header)
  if (double !== undefined) return double
  const ranges = Object.entries(JSON.parse(header) as Record<string, { data_offsets: [number, number] }>)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, { data_offsets }]) => [...data_offsets, name] as const)
    .filter(([start, end]) => end > start)
    .sort(([a], [b]) => a - b)
  let at = 0
  for (const [start, end, name] of ranges) {
    if (start !== at) return `bytes ${at} to ${start} before ${name}`
    at = end
  }
  const rest = bytes.length - 8 - lengthOf(bytes) - at
  return rest === 0 ? undefined : `${rest} bytes of no tensor`
}
