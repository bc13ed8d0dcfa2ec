import { PatchError } from '@policypatch/core'
import { hubIdOfAddress } from '@policypatch/core/platform'
import { storageQuota } from '../storage/storage-quota.ts'
import { type FetchFilesOptions, fetchFiles } from './fetch-files.ts'
import { type HubModelOptions, hubModel, hubOf } from './hub-model.ts'
import type { ModelRecord } from './model-record.ts'
import { urlModel } from './url-model.ts'

/**
 * Fetches a model into a folder, or the rest of one.
 *
 * @param place its address, or its Hub id
 * @param known what an earlier run wrote down: a download that goes on keeps to the commit that it began with
 */
export async function fetchModel(
  place: URL | string,
  known: ModelRecord | undefined,
  { hubUrl, token, ...options }: FetchFilesOptions & HubModelOptions,
): Promise<ModelRecord> {
  const hub = { ...options, hubUrl, token }
  // The address of a page of the Hub is its id in other words, and as an id it is verified.
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

/** Says at once, not after an hour, that a model will not fit. */
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
