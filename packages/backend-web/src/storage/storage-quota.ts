/** The storage limits of this origin, over all its storages, in bytes. */
export interface StorageQuota {
  readonly used: number
  /** The maximum; the disk may have less. */
  readonly quota: number
  /** quota − used. */
  readonly available: number
  /** Whether the browser keeps the data until the user removes it, even if it needs space. */
  readonly persisted: boolean
}

/**
 * Usage of the browser's storage: an estimate that browsers round for privacy. Undefined if the browser does not report it.
 *
 * @param options.persist asks the browser to keep this origin's files permanently; it may ask the user, or refuse
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
