import { type Constant, type ElementType, sizeOf, type TypedArray } from './value.ts'

/** A constant with the given values, stored as a single number if they are all equal. */
export function constant(
  values: number | ArrayLike<number | boolean>,
  shape: readonly number[],
  dtype: ElementType,
): Constant {
  const data = typeof values === 'number' ? values : (uniform(values) ?? typed(values, dtype))
  return { kind: 'constant', shape, dtype, data }
}

/** An int64 vector, for operators that take shapes or axes as inputs. */
export function integers(values: readonly number[]): Constant {
  return {
    kind: 'constant',
    shape: [values.length],
    dtype: 'int64',
    data: BigInt64Array.from(values, BigInt),
  }
}

export function scalar(value: number, dtype: ElementType): Constant {
  return constant(value, [], dtype)
}

/** All elements of a constant. */
export function elementsOf({ data, dtype, shape }: Constant): TypedArray {
  if (typeof data !== 'number') return data
  const filled = emptyArray(dtype, sizeOf(shape))
  return filled instanceof BigInt64Array ? filled.fill(BigInt(data)) : filled.fill(data)
}

export function typed(values: ArrayLike<number | boolean>, dtype: ElementType): TypedArray {
  if (dtype === 'int64') return BigInt64Array.from(values, (value) => BigInt(value))
  const array = emptyArray(dtype, values.length) as Exclude<TypedArray, BigInt64Array>
  array.set(values as ArrayLike<number>)
  return array
}

export function emptyArray(dtype: ElementType, length: number): TypedArray {
  if (dtype === 'float32') return new Float32Array(length)
  if (dtype === 'int32') return new Int32Array(length)
  if (dtype === 'float64') return new Float64Array(length)
  if (dtype === 'int8') return new Int8Array(length)
  return dtype === 'int64' ? new BigInt64Array(length) : new Uint8Array(length)
}

function uniform(values: ArrayLike<number | boolean>): number | undefined {
  const first = values[0]
  if (first === undefined) return undefined
  for (let index = 1; index < values.length; index++) if (!Object.is(values[index], first)) return undefined
  return Number(first)
}

/** Returns the same object for constants of equal type, shape and elements, so that each is written once. */
export function constantPool(): (constant: Constant) => Constant {
  const buckets = new Map<string, Constant[]>()
  const known = new Map<TypedArray, string>()

  return (constant) => {
    const { dtype, shape, data } = constant
    const key = `${dtype}|${shape}|${typeof data === 'number' ? numberKey(data) : hashOf(data, known)}`
    const bucket = buckets.get(key) ?? []
    const equal = bucket.find((candidate) => sameData(candidate.data, data))
    if (equal) return equal
    buckets.set(key, [...bucket, constant])
    return constant
  }
}

function numberKey(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function hashOf(array: TypedArray, known: Map<TypedArray, string>): string {
  const hash = known.get(array) ?? fnv1a(bytesOf(array))
  known.set(array, hash)
  return hash
}

function sameData(a: Constant['data'], b: Constant['data']): boolean {
  if (typeof a === 'number' || typeof b === 'number') return Object.is(a, b)
  if (a === b) return true
  const first = bytesOf(a)
  const second = bytesOf(b)
  return first.length === second.length && first.every((byte, index) => byte === second[index])
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** FNV-1a, 32 bit: enough to find candidates, which are then compared. */
function fnv1a(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return `#${hash >>> 0}`
}
