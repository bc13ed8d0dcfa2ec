/** Where the data of shards and their outcomes are, for all machines. What is put under a name is always the same. */
export interface ResultStore {
  /** As it was given, for messages. */
  readonly place: string
  /** Undefined where there is nothing. */
  get(name: string): Promise<Uint8Array | undefined>
  put(name: string, bytes: Uint8Array): Promise<void>
  has(name: string): Promise<boolean>
  close(): void
}
