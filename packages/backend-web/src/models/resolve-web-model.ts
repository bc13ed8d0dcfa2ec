import type { Storage } from '@policypatch/core'
import { opfsStorage } from '../storage/opfs-storage.ts'
import type { WebDownloadProgress } from './fetch-files.ts'
import type { HubModelOptions } from './hub-model.ts'
import { type ModelRecord, modelFolder, modelsRoot, readRecord } from './model-record.ts'

export interface ResolveWebModelOptions extends HubModelOptions {
  /** Where models are kept. Default: the origin private file system. */
  readonly storage?: Storage | undefined
  readonly onProgress?: ((progress: WebDownloadProgress) => void) | undefined
  /** Milliseconds without a byte after which the connection counts as lost. Default 30 000. */
  readonly stallTimeout?: number | undefined
}

/** A model in the browser's storage. */
export interface WebModelFiles {
  readonly storage: Storage
  /** In `storage`: the file (GGUF), or the folder with config, tokenizer and weights (safetensors). */
  readonly path: string
  readonly kind: 'gguf' | 'safetensors'
  /** What it is, for logs and reports. */
  readonly source: string
}

/**
 * Finds a model's files, or downloads them into the browser's storage: a known id, a Hub id (`owner/name`,
 * `owner/name@revision`, `owner/name:Q8_0`, `owner/name/file.gguf`), the URL of a Hub page, or the URL of a .gguf file or of
 * a folder with config.json, tokenizer.json and safetensors weights. A URL begins with `https:` or `http:`, or is relative to
 * the page, or in a Worker to its script, if it begins with `/` or `.`.
 *
 * An interrupted download is resumed. Files from the Hub are verified; other files are not. The sizes of cached files are
 * compared on each use, and files that differ are downloaded again.
 *
 * @throws PatchError `NOT_FOUND`, `UNREACHABLE`, `DIGEST_MISMATCH`, `MALFORMED`; `STORAGE_FAILED`, before the download if its
 *   length is known and does not fit; `ABORTED`.
 */
export async function resolveWebModel(
  idOrUrl: string,
  options: ResolveWebModelOptions = {},
): Promise<WebModelFiles> {
  const { storage = opfsStorage(modelsRoot), onProgress, stallTimeout, ...request } = options
  const url = addressOf(idOrUrl)
  const folder = await modelFolder(url?.href ?? idOrUrl)
  return exclusively(folder, async () => {
    const known = await readRecord(storage, folder)
    if (known?.complete && (await areWhole(known, storage, folder))) return found(known, storage, folder)
    // Load the downloader only if there is something to download.
    const { fetchModel } = await import('./fetch-model.ts')
    const complete = await fetchModel(url ?? idOrUrl, known, {
      ...request,
      storage,
      folder,
      onProgress,
      stallTimeout,
    })
    return found(complete, storage, folder)
  })
}

/** The given URL, or undefined for a Hub id. */
function addressOf(idOrUrl: string): URL | undefined {
  if (!/^(https?:|[./])/i.test(idOrUrl)) return undefined
  return new URL(idOrUrl, globalThis.location?.href)
}

async function areWhole({ files }: ModelRecord, storage: Storage, folder: string): Promise<boolean> {
  for (const { name, size } of files) {
    const path = `${folder}/${name}`
    if (!(await storage.exists(path))) return false
    const source = await storage.open(path)
    await source.close()
    if (size !== undefined && source.size !== size) return false
  }
  return true
}

function found({ files, source }: ModelRecord, storage: Storage, folder: string): WebModelFiles {
  const [first] = files
  return first && /\.gguf$/i.test(first.name)
    ? { storage, path: `${folder}/${first.name}`, kind: 'gguf', source }
    : { storage, path: folder, kind: 'safetensors', source }
}

/** If two tabs want the same model, the second waits and finds what the first downloaded. */
async function exclusively<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager }
  return locks ? await locks.request(`policypatch ${folder}`, run) : run()
}
