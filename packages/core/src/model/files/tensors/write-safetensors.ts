import type { HostTensor } from '../../../backend/backend.ts'
import { PatchError } from '../../../errors.ts'

/**
 * A safetensors file with the given tensors, float32 or int32, and strings for its `__metadata__`. The bytes depend only on the
 * contents: metadata is sorted by key, tensors by type (F32 first) and name, as in the format's own library.
 *
 * @throws PatchError `INVALID_ARGUMENT` for a tensor whose shape and data differ in length, or named `__metadata__`.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    checkTensor(name, shape, data.length)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return { name, shape, dtype: data instanceof Float32Array ? 'F32' : 'I32', bytes }
  })
  entries.sort((a, b) => order(a.dtype, b.dtype) || order(a.name, b.name))

  const header: [string, unknown][] = []
  const texts = Object.entries(metadata).sort(([a], [b]) => order(a, b))
  if (texts.length > 0) header.push(['__metadata__', Object.fromEntries(texts)])
  let end = 0
  for (const { name, dtype, shape, bytes } of entries) {
    const start = end
    end += bytes.length
    header.push([name, { dtype, shape, data_offsets: [start, end] }])
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  // Padded with spaces so that the data starts at a multiple of eight.
  const headerBytes = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerBytes + end).fill(0x20, 8, 8 + headerBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true)
  file.set(json, 8)
  let at = 8 + headerBytes
  for (const { bytes } of entries) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function checkTensor(name: string, shape: readonly number[], length: number) {
  const remedy = 'Pass tensors whose data match their shape'
  if (name === '__metadata__') {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'any other tensor name',
      found: name,
      remedy: 'Rename it',
    })
  }
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
    const expected = `non-negative integers as the shape of tensor ${name}`
    throw new PatchError('INVALID_ARGUMENT', { expected, found: `[${shape.join(', ')}]`, remedy })
  }
  const values = shape.reduce((product, size) => product * size, 1)
  if (values !== length) {
    const expected = `${values} values for tensor ${name} of shape [${shape.join(', ')}]`
    throw new PatchError('INVALID_ARGUMENT', { expected, found: `${length}`, remedy })
  }
}
