/** What the browser lets this origin keep, over all its storages, in bytes. */
export interface StorageQuota {
  readonly used: number
  /** The most that may be used; the disk may hold less. */
  readonly quota: number
  /** quota − used. */
  readonly available: number
  /** Whether the browser keeps it when it needs room, until the user removes it. */
  readonly persisted: boolean
}

/**
 * How full the browser's storage is: an estimate, which browsers round so as not to give away what is in other origins'
 * files. Undefined where the browser does not tell.
 *
 * @param options.persist asks the browser to keep this origin's files for good; it may ask the user, or say no
 */
export async function storageQuota({ persist = false } = {}): Promise<StorageQuota | undefined> {
  // Absent in a page that is not a secure context.
  const { storage } = navigator as { readonly storage?: StorageManager }
  if (!storage) return undefined
  const persisted = persist ? await askToPersist(storage) : await storage.persisted()
  const { usage: used, quota } = await storage.estimate()
  if (used === undefined || quota === undefined) return undefined
  return { used, quota, available: Math.max(0, quota - used), persisted }
}

/** Only a page may ask, a Worker may not. */
function askToPersist(storage: StorageManager): Promise<boolean> {
  return 'persist' in storage ? storage.persist() : (storage as StorageManager).persisted()
}
