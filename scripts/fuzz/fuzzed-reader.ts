import type fc from 'fast-check'

/** Files by path, as a storage or a server has them. */
export type Files = Readonly<Record<string, Uint8Array>>

/** Something that reads files of strangers, and files for it: right ones, changed ones and damaged ones. */
export interface FuzzedReader {
  readonly name: string
  readonly files: fc.Arbitrary<Files>
  /** Reads all that there is to read. What it throws must be a PatchError. */
  read(files: Files): Promise<unknown>
  /**
   * What is in files that were accepted twice, or over one another, so that another reader could take them for something
   * else. Told by a parser that has nothing in common with the reader.
   */
  ambiguity?(files: Files): string | undefined
}

export const sizeOf = (files: Files): number =>
  Object.values(files).reduce((sum, { length }) => sum + length, 0)

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
