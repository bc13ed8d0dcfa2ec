import type * as Ort from 'onnxruntime-web'

export type OrtLibrary = typeof Ort

/** A device of onnxruntime-web. */
export type WebDevice = 'webgpu' | 'wasm'

export interface OrtSettings {
  /**
   * Where onnxruntime-web's .wasm file is fetched from: the URL of a folder, or of the file itself. Default: where the bundler
   * put it.
   */
  readonly wasmPaths?: string | { readonly wasm: string } | undefined
  readonly threads: number
}

/** The build of onnxruntime-web for a device. The WebGPU build is twice as large, so each is loaded only when needed. */
export async function ortLibrary(
  device: WebDevice,
  { wasmPaths, threads }: OrtSettings,
): Promise<OrtLibrary> {
  const library =
    device === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm')
  const { wasm } = library.env
  // Read when the first session is created; later changes have no effect.
  wasm.numThreads = threads
  if (wasmPaths !== undefined) wasm.wasmPaths = wasmPaths
  library.env.logLevel = 'error'
  return library
}
