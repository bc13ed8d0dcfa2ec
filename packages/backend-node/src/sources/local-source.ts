import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PatchError } from '@policypatch/core'
import { foreignFile, foreignFileBytes, ggufModels } from '@policypatch/core/platform'
import { fileSource } from '../files/file-source.ts'
import { fileStorage } from '../files/file-storage.ts'
import { storing } from '../files/storage-error.ts'
import { foreignFolder } from './foreign-folder.ts'
import type { ModelFiles, ModelSource } from './model-source.ts'

const wanted = 'a .gguf file, or a folder with config.json, tokenizer.json and .safetensors files'

async function lookAt(path: string): Promise<ModelFiles> {
  const storage = fileStorage()
  const absolute = resolve(path)
  const files = { storage, path: absolute, source: absolute }
  if (!(await storage.exists(absolute))) throw notFound(path, 'nothing')
  if ((await storing(absolute, () => stat(absolute))).isDirectory()) {
    return { ...files, ...lookIn(path, absolute, await storage.list(absolute)) }
  }
  if (/\.gguf$/i.test(path)) return { ...files, kind: 'gguf' }
  throw await foreign(path)
}

/** What a folder holds: safetensors weights, else its only GGUF model. */
function lookIn(path: string, folder: string, names: readonly string[]): Pick<ModelFiles, 'kind' | 'path'> {
  if (names.includes('model.safetensors') || names.includes('model.safetensors.index.json')) {
    return { kind: 'safetensors', path: folder }
  }
  const models = ggufModels(names)
  const [first] = models.map(({ files }) => files[0] as string)
  if (first !== undefined && models.length === 1) return { kind: 'gguf', path: resolve(folder, first) }
  if (first === undefined) {
    const { found, remedy } = foreignFolder(names)
    throw notFound(path, found, remedy)
  }
  const candidates = models.map(({ files }) => files[0])
  throw notFound(path, `several: ${candidates.join(', ')}`, `Pass one of them: ${resolve(folder, first)}`)
}

/** The error for a file that is not named .gguf. */
async function foreign(path: string): Promise<PatchError> {
  const source = await fileSource(path)
  try {
    const { found, remedy } = foreignFile(await source.read(0, Math.min(foreignFileBytes, source.size))) ?? {
      found: 'a file of another type',
      remedy: 'Check the path',
    }
    return notFound(path, found, remedy)
  } finally {
    await source.close()
  }
}

function notFound(path: string, found: string, remedy = 'Check the path'): PatchError {
  return new PatchError('NOT_FOUND', { expected: `${wanted}, at ${path}`, found, remedy })
}

/** A model that is on this machine already. Relative paths start at the working directory. */
export function localSource(path: string): ModelSource {
  return {
    specificationVersion: 'v1',
    name: path,
    fetch: () => lookAt(path),
  }
}
