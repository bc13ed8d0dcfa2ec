import type fc from 'fast-check'

/** Files by path, as in a storage or on a server. */
export type Files = Readonly<Record<string, Uint8Array>>

/** A reader of untrusted files, and files for it: valid, modified and damaged ones. */
export interface FuzzedReader {
  readonly name: string
  readonly files: fc.Arbitrary<Files>
  /** Reads everything in the files. Must throw nothing but PatchErrors. */
  read(files: Files): Promise<unknown>
  /**
   * Duplicate or overlapping content in accepted files, which other readers could interpret differently. Found by a parser that
   * shares nothing with the reader.
   */
  ambiguity?(files: Files): string | undefined
}

export const sizeOf = (files: Files): number =>
  Object.values(files).reduce((sum, { length }) => sum + length, 0)

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
