/**
 * Backends run tensor programs. A program is a pure function of tensors; a backend compiles it for a signature (the fed
 * shapes and the weights) and runs it. `eager-backend.ts` is the reference: correct, but slow.
 */

import type { Tensor } from '../tf.ts'

/** The element types of a program's inputs and outputs. */
export type DType = 'float32' | 'int32'

/** A dense tensor in host memory, row-major. Its element type is that of `data`. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** A float32 weight kept in a compact form, such as a file's quantized blocks, and expanded on demand. */
export interface PackedWeight {
  readonly shape: readonly number[]
  /** The packed bytes, if available: they distinguish it from other weights without expanding it. */
  readonly bytes?: Uint8Array
  /**
   * Identifies its values among all weights, also across processes: the model, and the tensor's name in it. A backend may
   * cache what it derives from the weight; without an origin it cannot.
   */
  readonly origin?: { readonly model: string; readonly tensor: string } | undefined
  /** All values, row-major, in `out` or a new array. Throws `NOT_FINITE` if they are not finite. */
  expand(out?: Float32Array): Float32Array
  /** Rows [from, to) of a matrix, in `out` or a new array. Absent if rows cannot be expanded separately. */
  rows?(from: number, to: number, out?: Float32Array): Float32Array
}

/** A weight whose memory is reused after the run that it is passed to, so backends must not keep anything of it. */
export interface TransientWeight extends HostTensor {
  readonly transient: true
}

export type Weight = HostTensor | TransientWeight | PackedWeight

export type NamedWeights = Readonly<Record<string, Weight>>

/** A weight's values, expanded if it is packed. */
export function expandWeight(weight: Weight): HostTensor {
  return 'expand' in weight ? { shape: weight.shape, data: weight.expand() } : weight
}

export interface TensorSpec {
  readonly shape: readonly number[]
  readonly dtype: DType
  /**
   * Axes whose length may differ between runs, with a name for each; axes with the same name have the same length. The length
   * in `shape` is ignored there. The program may use such lengths in shapes, but not as numbers.
   */
  readonly free?: Readonly<Record<number, string>>
}

export type NamedTensors = Readonly<Record<string, Tensor>>
export type NamedHostTensors = Readonly<Record<string, HostTensor>>

/**
 * A pure function of named tensors, written with tfjs ops (gradients included). It runs once per call on an
 * eager backend and once per compilation on a tracing one, so it must not read values, draw random numbers or
 * keep state.
 */
export type TensorProgram = (inputs: NamedTensors, weights: NamedTensors) => NamedTensors

/**
 * Precision of products with weight matrices: float32, or both sides rounded to int8, with a scale for each row of the
 * activations and each column of the weights, which is about three times as fast on a CPU. Everything else is float32.
 */
export type Precision = 'float32' | 'int8'

export interface Signature {
  /** Shapes and types of the feeds of each run. */
  readonly inputs: Readonly<Record<string, TensorSpec>>
  /** Bound once. The same object given to several programs is uploaded once per backend. */
  readonly weights: NamedWeights
  /** The minimum precision; a backend may be more exact. Default `float32`. */
  readonly precision?: Precision
  /**
   * The program will run often, always with these weights. A backend may then also keep them in its fastest layout, which
   * takes their memory a second time, and some time at compilation. Default false.
   */
  readonly resident?: boolean
  /**
   * Identifies the program among all those with the same inputs, weight shapes and precision, also across processes. A
   * backend may cache the compiled program under it; without a key it cannot.
   */
  readonly key?: string
}

export interface CompiledProgram {
  /**
   * Runs the program. `feeds` has exactly the signature's inputs; the outputs are new host tensors that the caller owns. The
   * feeds are not written to. Runs of one backend are serialised.
   * @param weights replace the signature's, with the same names and shapes, so that one program serves all layers of a model;
   *   avoid them for a resident program
   * @param outputs names of the wanted outputs; default all
   */
  run(feeds: NamedHostTensors, weights?: NamedWeights, outputs?: readonly string[]): Promise<NamedHostTensors>
  dispose(): Promise<void>
}

/** Runs tensor programs: a plain tfjs backend, or a compiler and its runtime. */
export interface Backend {
  readonly specificationVersion: 'v1'
  /** For logs and reports, such as `eager-cpu` or `onnxruntime-cpu`. */
  readonly name: string
  compile(program: TensorProgram, signature: Signature): Promise<CompiledProgram>
  /**
   * The precision in which it multiplies many rows fastest, if it can tell: float32 where int8 is not faster. A single row is
   * limited by reading the weights, so int8 is faster for it anyway.
   */
  fastestPrecision?(): Promise<Precision>
  /** Bytes of memory available to it now, if it can tell. */
  availableMemory?(): number
  /** Frees what it holds for these weights, such as device memory. Running a program with them allocates it again. */
  release?(weights: NamedWeights): Promise<void>
  dispose(): Promise<void>
}
