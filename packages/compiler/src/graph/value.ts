/**
 * The element types of a graph and their ONNX codes: the three types of tfjs; int64, which ONNX requires for shapes and axes;
 * float64, for integer division of int32; and the two types of quantized products.
 */
export const elementTypeCodes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
} as const

export type ElementType = keyof typeof elementTypeCodes

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array | BigInt64Array

/** A tensor known while tracing. If all elements are equal, only that number is stored, whatever the size. */
export interface Constant {
  readonly kind: 'constant'
  readonly shape: readonly number[]
  readonly dtype: ElementType
  readonly data: number | TypedArray
}

/** A tensor known only when the graph runs: an input, or an output of a node. */
export interface Result {
  readonly kind: 'result'
  readonly shape: readonly number[]
  readonly dtype: ElementType
  /** The node that computes it; undefined for an input of the graph. */
  readonly node: Node | undefined
}

export type Value = Constant | Result

/** An integer, a string, a list of integers, or a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number }

export interface Node {
  readonly opType: string
  /** Empty for ONNX's own operators, `com.microsoft` for those of ONNX Runtime. */
  readonly domain: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Result[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis])
}

/** Right-aligned broadcasting, as ONNX and NumPy define it. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const first = a[axis - rank + a.length] ?? 1
    const second = b[axis - rank + b.length] ?? 1
    return first === 1 ? second : first
  })
}
