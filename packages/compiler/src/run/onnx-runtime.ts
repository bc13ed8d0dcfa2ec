import type { HostTensor, PackedWeight, Signature, Weight } from '@policypatch/core/platform'
import type { QuantizedForm, QuantizedPart } from '../graph/graph.ts'
import type { Target } from '../graph/graph-builder.ts'
import type { EncodedProgram } from '../onnx/encode-onnx.ts'

/** A tensor of ONNX Runtime's packages. */
export interface RuntimeTensor {
  readonly dims: readonly number[]
  /** Its values as a typed array, if they are in host memory. */
  readonly data: unknown
}

/** The tensors of a quantized weight. */
export type QuantizedTensors<Tensor> = Readonly<Record<QuantizedPart['part'], Tensor>>

/** A loaded model file. */
export interface RuntimeSession<Tensor extends RuntimeTensor> {
  /** Outputs are in host memory. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, Tensor>>>
  release(): Promise<void>
}

/** External data that a model file refers to. */
export interface ExternalData {
  readonly path: string
  readonly data: Uint8Array
}

/** What `onnxBackend` needs to run programs on a platform: ONNX Runtime's package, on one of its devices. */
export interface OnnxRuntime<Tensor extends RuntimeTensor> {
  readonly specificationVersion: 'v1'
  /** The backend's name, such as `onnxruntime-cpu`. */
  readonly name: string
  /** What programs are traced for; see `traceProgram`. */
  readonly target: Target
  /**
   * Which programs get their weights as external data, with which some runtimes multiply faster, instead of as feeds of each run.
   * `asked`: those that ask for it. `always`: all, where tensors cannot be held in the device's memory; each program then has its
   * own copy of the weights there. Default: none.
   */
  readonly resident?: 'asked' | 'always'
  /** Loads a program. Throws `BACKEND_FAILED`. */
  load(model: Uint8Array, externalData: readonly ExternalData[]): Promise<RuntimeSession<Tensor>>
  /** Loads a small graph that converts weights, in host memory, to what programs are fed. Required for `int8` on processors. */
  loadPreparation?(model: Uint8Array, options: { keepsMemory: boolean }): Promise<RuntimeSession<Tensor>>
  /**
   * The quantized weight, or its transpose, from an earlier process; else from `make`, whose result may be kept for later ones.
   */
  quantized?(
    weight: PackedWeight,
    form: QuantizedForm,
    make: () => Promise<QuantizedTensors<Tensor>>,
  ): Promise<QuantizedTensors<Tensor>>
  /** A tensor that shares the memory, for one run. */
  feed(tensor: HostTensor): Tensor
  /** A tensor of a weight, made once and used in many runs. Default: `feed` of the expanded weight. */
  hold?(weight: Weight): Promise<Tensor>
  /** Frees a tensor from `hold` that no program uses any more. */
  letGo?(tensor: Tensor): void
  /** A store for programs that have a key. */
  readonly programs?: {
    get(signature: Signature): Promise<EncodedProgram | undefined>
    put(signature: Signature, program: EncodedProgram): Promise<void>
  }
  /** Bytes of memory that are available to it now, if known. */
  availableMemory?(): number
  /** Frees the tensors from `hold`, after the last session was released. */
  dispose?(): Promise<void>
}

/** ONNX Runtime's error message, without the location in its sources. */
export function wordsOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/^\/\S+:\d+ .* was false\. /s, '').trim()
}
