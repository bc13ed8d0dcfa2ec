import type { HostTensor, PackedWeight, Signature, Weight } from '@policypatch/core/platform'
import type { QuantizedPart } from '../graph/graph.ts'
import type { Target } from '../graph/graph-builder.ts'
import type { EncodedProgram } from '../onnx/encode-onnx.ts'

/** A tensor as ONNX Runtime's packages have it. */
export interface RuntimeTensor {
  readonly dims: readonly number[]
  /** Its values as a typed array, where they are in host memory. */
  readonly data: unknown
}

/** What a weight is quantized to. */
export type QuantizedTensors<Tensor> = Readonly<Record<QuantizedPart['part'], Tensor>>

/** A model file that is loaded. */
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

/** What a place has to offer for `onnxBackend` to run programs there: ONNX Runtime's package, on one of its devices. */
export interface OnnxRuntime<Tensor extends RuntimeTensor> {
  readonly specificationVersion: 'v1'
  /** The backend's, such as `onnxruntime-cpu`. */
  readonly name: string
  /** What programs are traced for; see `traceProgram`. */
  readonly target: Target
  /**
   * Which programs have their weights as external data, by which some runtimes multiply faster, rather than fed in each run:
   * those that ask for it; or all, where tensors cannot be held in the device's memory, which programs then take once for
   * each. Default: none.
   */
  readonly resident?: 'asked' | 'always'
  /** Loads a program. Throws `BACKEND_FAILED`. */
  load(model: Uint8Array, externalData: readonly ExternalData[]): Promise<RuntimeSession<Tensor>>
  /** Loads a small graph that turns weights into what programs are fed, in host memory; needed on processors, for `int8`. */
  loadPreparation?(model: Uint8Array, options: { keepsMemory: boolean }): Promise<RuntimeSession<Tensor>>
  /** What an earlier process made of a weight, or of its transpose; else what `make` does, which may be kept for the next. */
  quantized?(
    weight: PackedWeight,
    transposed: boolean,
    make: () => Promise<QuantizedTensors<Tensor>>,
  ): Promise<QuantizedTensors<Tensor>>
  /** A tensor over the same memory, for one run. */
  feed(tensor: HostTensor): Tensor
  /** A tensor of a weight, made once and used in many runs. Default: of the expanded weight, as `feed` does. */
  hold?(weight: Weight): Promise<Tensor>
  /** Gives back what `hold` made of a weight that no program uses any more. */
  letGo?(tensor: Tensor): void
  /** Where programs that have a key are kept. */
  readonly programs?: {
    get(signature: Signature): Promise<EncodedProgram | undefined>
    put(signature: Signature, program: EncodedProgram): Promise<void>
  }
  /** Bytes of memory that are free for it now, where it can tell. */
  availableMemory?(): number
  /** Gives back what `hold` made, after the last session was released. */
  dispose?(): Promise<void>
}

/** What went wrong in ONNX Runtime's words, without the place in its sources. */
export function wordsOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/^\/\S+:\d+ .* was false\. /s, '').trim()
}
