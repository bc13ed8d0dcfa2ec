import { PatchError } from '@policypatch/core'
import { importPackage } from '@policypatch/core/platform'

/** The part of `@huggingface/transformers` that is used here. */
export interface TransformersLibrary {
  readonly env: { readonly version: string }
  pipeline(
    task: 'text-classification',
    model: string,
    options: { readonly dtype: string; readonly revision: string; readonly local_files_only: boolean },
  ): Promise<TextClassifier>
}

/** Returns all classes of each text, each with its probability. */
export interface TextClassifier {
  (
    texts: string[],
    options: { readonly top_k: null },
  ): Promise<readonly (readonly { readonly label: string; readonly score: number }[])[]>
  dispose(): Promise<void>
}

/** A variable hides the import from the compiler and bundlers, because the package is optional. */
const library: string = '@huggingface/transformers'

/** Imports the library. Throws `BACKEND_FAILED` if it is not installed. */
export const importTransformers = (name = library): Promise<TransformersLibrary> =>
  importPackage(name, 'which runs text classifiers', () => import(name))

/** The error for a model that the library failed to load. */
export function loadError(model: string, cause: unknown): PatchError {
  const { name, message } = cause as Error
  const parts = { expected: `the text classifier ${model}`, found: message.replace(/\.$/u, ''), cause }
  if (name === 'ModelFileNotFoundError' || /could not locate/iu.test(message)) {
    return new PatchError('NOT_FOUND', {
      ...parts,
      remedy: 'Check its name; it needs config.json, a tokenizer, and ONNX weights of this dtype in onnx/',
    })
  }
  if (/fetch failed|access to file|trying to load file/iu.test(message)) {
    return new PatchError('UNREACHABLE', {
      ...parts,
      remedy: 'Check the network, the id and HF_TOKEN, or use the folder of a model on this machine',
    })
  }
  return new PatchError('BACKEND_FAILED', {
    ...parts,
    remedy: 'Check that it is a text classifier with ONNX weights, and that its files are complete',
  })
}
