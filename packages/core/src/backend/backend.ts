/**
 * Backends: what runs tensor programs. A program is a pure function of tensors; a backend compiles it for a signature (the
 * shapes that are fed, and the weights) and runs it. `eager-backend.ts` is the one that is right and slow.
 */

import type { Tensor } from '../tf.ts'

/** The element types a program may take and give. */
export type DType = 'float32' | 'int32'

/** A dense tensor in host memory, row-major. Its element type is that of `data`. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** A float32 weight that is kept in a smaller form, such as a file's quantized blocks, and expanded when it is needed. */
export interface PackedWeight {
  readonly shape: readonly number[]
  /** What it is expanded from, where that is at hand: tells it from others without expanding it. */
  readonly bytes?: Uint8Array
  /**
   * Tells its values from those of every other weight, in this process and the next: the model that it is of and its name there.
   * A backend may keep what it makes of it; without one it cannot.
   */
  readonly origin?: { readonly model: string; readonly tensor: string } | undefined
  /** All values, row-major, in `out` or else a fresh array. Throws `NOT_FINITE` if they are not. */
  expand(out?: Float32Array): Float32Array
  /** Rows [from, to) of a matrix, in `out` or else a fresh array; absent where they cannot be had without the others. */
  rows?(from: number, to: number, out?: Float32Array): Float32Array
}

/** A weight whose memory is used for another one after the run that it is given to: backends keep nothing of it. */
export interface TransientWeight extends HostTensor {
  readonly transient: true
}

export type Weight = HostTensor | TransientWeight | PackedWeight

export type NamedWeights = Readonly<Record<string, Weight>>

/** A weight's values, expanded where it is packed. */
export function expandWeight(weight: Weight): HostTensor {
  return 'expand' in weight ? { shape: weight.shape, data: weight.expand() } : weight
}

export interface TensorSpec {
  readonly shape: readonly number[]
  readonly dtype: DType
  /**
   * Axes whose length may be another in each run, and a name for each; axes of one name have one length. What `shape`
   * says there means nothing. The program may use such lengths in shapes, but not as numbers.
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
 * How exactly products with weight matrices are worked out: in float32, or with both sides rounded to int8, each row of the
 * activations and each column of the weights with a scale of its own, which is about three times as fast on a CPU. Everything
 * else is float32.
 */
export type Precision = 'float32' | 'int8'

export interface Signature {
  /** Shapes and types of what each run feeds. */
  readonly inputs: Readonly<Record<string, TensorSpec>>
  /** Bound once. The same object given to several programs is uploaded once per backend. */
  readonly weights: NamedWeights
  /** The least that is wanted; a backend may be more exact. Default `float32`. */
  readonly precision?: Precision
  /**
   * The program will run often, with these weights only: a backend may keep them in the form in which it multiplies by
   * them fastest, which takes their memory once more and some time when the program is compiled. Default false.
   */
  readonly resident?: boolean
  /**
   * Tells the program from every other of the same inputs, weights' shapes and precision, in this process and the next.
   * A backend may keep what it compiled under it; without a key it cannot.
   */
  readonly key?: string
}

export interface CompiledProgram {
  /**
   * Runs the program. `feeds` has exactly the signature's inputs; the outputs are fresh host tensors that the
   * caller owns. The feeds are not written to. Runs of one backend are serialised.
   * @param weights in place of the signature's, of the same names and shapes: one program serves all layers of a model; never for a resident one
   * @param outputs names of those that are wanted; default all
   */
  run(feeds: NamedHostTensors, weights?: NamedWeights, outputs?: readonly string[]): Promise<NamedHostTensors>
  dispose(): Promise<void>
}

/** A place to run tensor programs: a tfjs backend as it is, or a compiler and its runtime. */
export interface Backend {
  readonly specificationVersion: 'v1'
  /** For logs and reports, such as `eager-cpu` or `onnxruntime-cpu`. */
  readonly name: string
  compile(program: TensorProgram, signature: Signature): Promise<CompiledProgram>
  /** Bytes of memory that are free for it now, where it can tell. */
  availableMemory?(): number
  /** Gives back what it holds of these weights, such as a device's memory; a program that is run with them holds it again. */
  release?(weights: NamedWeights): Promise<void>
  dispose(): Promise<void>
}
