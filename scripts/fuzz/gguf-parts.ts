import type { GgufPair, GgufTensorToWrite } from '../../packages/core/test/models/write-gguf.ts'
import { firstTwice } from './double-names.ts'

/** Bytes and values per block, by GGML type number; from gguf-py's GGML_QUANT_SIZES. */
const blocks: Readonly<Record<number, readonly [bytes: number, values: number]>> = {
  0: [4, 1],
  1: [2, 1],
  2: [18, 32],
  3: [20, 32],
  6: [22, 32],
  7: [24, 32],
  8: [34, 32],
  10: [84, 256],
  11: [110, 256],
  12: [144, 256],
  13: [176, 256],
  14: [210, 256],
  20: [18, 32],
  23: [136, 256],
  30: [2, 1],
}

interface GgufParts {
  readonly pairs: readonly GgufPair[]
  readonly tensors: readonly Required<GgufTensorToWrite>[]
  readonly data: Uint8Array
  readonly alignment: number
}

/** Splits a valid GGUF file into its parts, in file order, keeping duplicates. */
export function ggufParts(bytes: Uint8Array): GgufParts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 8
  const skip = (length: number) => {
    at += length
    return at - length
  }
  const uint32 = () => view.getUint32(skip(4), true)
  const uint64 = () => view.getBigUint64(skip(8), true)
  const text = () => {
    const length = Number(uint64())
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(skip(length), at))
  }
  const value = (type: number): unknown => {
    if (type === 8) return text()
    if (type === 6) return view.getFloat32(skip(4), true)
    if (type === 12) return view.getFloat64(skip(8), true)
    if (type === 10 || type === 11) return uint64()
    if (type === 4 || type === 5) return uint32()
    return type === 2 || type === 3 ? view.getUint16(skip(2), true) : view.getUint8(skip(1))
  }
  const [tensorCount, pairCount] = [Number(uint64()), Number(uint64())]
  const pairs = Array.from({ length: pairCount }, (): GgufPair => {
    const [key, type] = [text(), uint32()]
    if (type !== 9) return [key, type, value(type)]
    const [of, count] = [uint32(), Number(uint64())]
    return [key, type, Array.from({ length: count }, () => value(of)), { of }]
  })
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = text()
    const dims = Array.from({ length: uint32() }, () => Number(uint64()))
    return { name, dims, type: uint32(), offset: Number(uint64()) }
  })
  const alignment = Number(pairs.find(([key]) => key === 'general.alignment')?.[2] ?? 32)
  return { pairs, tensors, data: bytes.subarray(Math.ceil(at / alignment) * alignment), alignment }
}

/** Finds duplicate keys or tensors, and tensors that overlap, are misaligned, or exceed the file. */
export function ggufAmbiguity(bytes: Uint8Array): string | undefined {
  const { pairs, tensors, data, alignment } = ggufParts(bytes)
  const names = [...pairs.map(([key]) => `key ${key}`), ...tensors.map(({ name }) => `tensor ${name}`)]
  const double = firstTwice(names)
  if (double !== undefined) return `${double} twice`
  let end = 0
  for (const { name, dims, type, offset } of tensors.toSorted((a, b) => a.offset - b.offset)) {
    const [blockBytes, values] = blocks[type] ?? [Number.NaN, 1]
    const length = (dims.reduce((product, size) => product * size, 1) / values) * blockBytes
    if (offset % alignment !== 0) return `${name} at byte ${offset}, which is not aligned`
    if (length === 0) continue
    if (!(offset >= end)) return `${name} at byte ${offset}, in another tensor up to ${end}`
    end = offset + length
    if (!(end <= data.length)) return `${name} up to byte ${end}, of ${data.length}`
  }
  return undefined
}
