import { PatchError } from '@policypatch/core'
import { hubIdOfAddress } from '@policypatch/core/platform'
import { storageQuota } from '../storage/storage-quota.ts'
import { type FetchFilesOptions, fetchFiles } from './fetch-files.ts'
import { type HubModelOptions, hubModel, hubOf } from './hub-model.ts'
import type { ModelRecord } from './model-record.ts'
import { urlModel } from './url-model.ts'

/**
 * Downloads a model, or the rest of one, into a folder.
 *
 * @param place its URL, or its Hub id
 * @param known the record of an earlier run: a resumed download stays at the commit that it began with
 */
export async function fetchModel(
  place: URL | string,
  known: ModelRecord | undefined,
  { hubUrl, token, ...options }: FetchFilesOptions & HubModelOptions,
): Promise<ModelRecord> {
  const hub = { ...options, hubUrl, token }
  // The URL of a Hub page stands for a Hub id, and the files of an id are verified.
  const id = place instanceof URL ? hubIdOf(place) : place
  if (id === undefined) {
    const record = known ?? (await urlModel(place as URL, options))
    await checkRoom(record, options)
    return fetchFiles(record, options)
  }
  const record = known ?? { ...(await hubModel(id, hub)), id: String(place) }
  await checkRoom(record, options)
  return fetchFiles(record, { ...options, fetch: hubOf(hub).access })
}

function hubIdOf({ href }: URL): string | undefined {
  const id = hubIdOfAddress(href)
  return id === href ? undefined : id
}

/** Throws before the download, not an hour into it, if a model does not fit. */
async function checkRoom({ files, id }: ModelRecord, { storage, folder }: FetchFilesOptions): Promise<void> {
  const needed = files.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const quota = await storageQuota()
  if (!quota || needed === 0) return
  let held = 0
  for (const { name } of files) {
    const path = `${folder}/${name}`
    if (!(await storage.exists(path))) continue
    const source = await storage.open(path)
    held += source.size
    await source.close()
  }
  if (needed - held <= quota.available) return
  throw new PatchError('STORAGE_FAILED', {
    expected: `room for ${needed - held} more bytes of ${id}`,
    found: `${quota.available} available: ${quota.used} used of ${quota.quota}`,
    remedy: 'Remove models that you do not need (removeCachedModel), or free some disk space',
  })
}
