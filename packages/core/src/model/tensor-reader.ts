export interface StoredTensor {
  /** Row-major, outermost first (GGUF's order is turned round). */
  readonly shape: readonly number[]
  /** As the file names it: `F32`, `BF16`, `Q4_1` … */
  readonly dtype: string
  /** Bytes in the file. */
  readonly byteLength: number
}

/** A tensor's bytes in memory. */
export interface PackedTensor {
  /** As the file has them. */
  readonly bytes: Uint8Array
  /** Its values as float32, row-major, in `out` or else a fresh array. */
  decode(out?: Float32Array): Float32Array
}

/** Weights in a file, read tensor by tensor. */
export interface TensorReader {
  readonly format: 'safetensors' | 'gguf'
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** One tensor's values as float32, row-major. `MISSING_TENSOR` if absent, `UNSUPPORTED` for an unknown type. */
  read(name: string): Promise<Float32Array>
  /** One tensor as the file has it, to be decoded later and more than once. Errors as `read`. */
  readPacked(name: string): Promise<PackedTensor>
  close(): Promise<void>
}
