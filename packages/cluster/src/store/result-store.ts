/** Where shards' data and outcomes are stored, for all machines. The content of a name never changes. */
export interface ResultStore {
  /** The place as it was given, for messages. */
  readonly place: string
  /** Undefined if there is nothing. */
  get(name: string): Promise<Uint8Array | undefined>
  put(name: string, bytes: Uint8Array): Promise<void>
  has(name: string): Promise<boolean>
  close(): void
}
