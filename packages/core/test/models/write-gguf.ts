/** A metadata value with its GGUF type number. Elements of an array have the type `of`. */
export type GgufPair = readonly [
  key: string,
  type: number,
  value: unknown,
  more?: { readonly of?: number; readonly count?: number },
]

export interface GgufTensorToWrite {
  readonly name: string
  /** Innermost first, as in the file. */
  readonly dims: readonly number[]
  readonly type?: number
  /** Offset from the start of the data. */
  readonly offset: number
}

export interface GgufToWrite {
  readonly version?: number
  readonly pairs?: readonly GgufPair[]
  readonly tensors?: readonly GgufTensorToWrite[]
  /** Bytes of data, placed at the next multiple of `alignment`. */
  readonly data?: Uint8Array
  readonly alignment?: number
  /** Replaces the true counts. */
  readonly counts?: { readonly tensors?: number | bigint; readonly pairs?: number | bigint }
}

/** Writes a GGUF file, valid or not. */
export function writeGguf({
  version = 3,
  pairs = [],
  tensors = [],
  data = new Uint8Array(0),
  alignment = 32,
  counts = {},
}: GgufToWrite): Uint8Array {
  const parts = [bytesOf('GGUF'), uint32(version)]
  parts.push(uint64(counts.tensors ?? tensors.length), uint64(counts.pairs ?? pairs.length))
  for (const pair of pairs) parts.push(joined(encodePair(pair)))
  for (const { name, dims, type = 0, offset } of tensors) {
    parts.push(...text(name), uint32(dims.length), ...dims.map(uint64), uint32(type), uint64(offset))
  }
  const header = joined(parts)
  return joined([header, new Uint8Array((alignment - (header.length % alignment)) % alignment), data])
}

function encodePair([key, type, value, { of = 8, count } = {}]: GgufPair): Uint8Array[] {
  if (type !== 9) return [...text(key), uint32(type), ...encodeValue(type, value)]
  const values = value as readonly unknown[]
  const elements = values.flatMap((element) => encodeValue(of, element))
  return [...text(key), uint32(9), uint32(of), uint64(count ?? values.length), ...elements]
}

function encodeValue(type: number, value: unknown): Uint8Array[] {
  if (type === 8) return text(value as string)
  const view = new DataView(new ArrayBuffer(8))
  const number = value as number
  if (type === 6) view.setFloat32(0, number, true)
  else if (type === 12) view.setFloat64(0, number, true)
  else view.setBigInt64(0, BigInt(number), true)
  const sizes: Record<number, number> = { 0: 1, 1: 1, 7: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4 }
  return [new Uint8Array(view.buffer, 0, sizes[type] ?? 8)]
}

const bytesOf = (value: string) => new TextEncoder().encode(value)

function text(value: string): Uint8Array[] {
  const bytes = bytesOf(value)
  return [uint64(bytes.length), bytes]
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

function uint64(value: number | bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
