import { type LanguageModel, loadModel } from 'policypatch'
import { filesStorage, loadStoredModel, onnxruntimeWebBackend } from 'policypatch/platform'
import type { ModelChoice } from '../model-choices.ts'
import { fetchFiles } from './fetch-files.ts'

/** How far opening has come. */
export type OpenProgress =
  | { readonly stage: 'download'; readonly done: number; readonly total: number | undefined }
  | { readonly stage: 'weights'; readonly done: number; readonly total: number }
  | { readonly stage: 'notice'; readonly line: string }

export type Device = 'auto' | 'webgpu' | 'wasm'

export interface OpenModelOptions {
  readonly device: Device
  /** Address of the folder that the page is in. */
  readonly pageUrl: string
  readonly onProgress: (progress: OpenProgress) => void
  readonly signal: AbortSignal
}

const files = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'model.safetensors',
]

/** Opens a model of the page's own files, or of the Hub, whose download is kept and goes on where it was stopped. */
export async function openModel(choice: ModelChoice, options: OpenModelOptions): Promise<LanguageModel> {
  const { device, pageUrl, onProgress, signal } = options
  const backend = await onnxruntimeWebBackend({ device })
  if (device === 'auto' && !backend.name.includes('webgpu')) {
    onProgress({
      stage: 'notice',
      line: 'This browser offers no WebGPU, so the model runs in WebAssembly. It works the same, and slower.',
    })
  }
  try {
    if (choice.folder === undefined) return await loadModel(choice.id, { backend, onProgress, signal })
    const fetched = await fetchFiles(new URL(choice.folder, pageUrl), files, {
      signal,
      onBytes: (done) => onProgress({ stage: 'download', done, total: choice.size }),
    })
    return await loadStoredModel(
      { storage: filesStorage(fetched), path: '.' },
      {
        id: choice.id,
        backend,
        onProgress: (done, total) => onProgress({ stage: 'weights', done, total }),
        signal,
      },
    )
  } catch (error) {
    await backend.dispose()
    throw error
  }
}
