import { PatchError, type Storage } from '@policypatch/core'
import { type Digest, sha256 } from '@policypatch/core/platform'
import * as z from 'zod/mini'

/** The record beside a model's files, written when the download begins and again when all files are complete. */
export interface ModelRecord {
  /** The id or URL that it was requested by. */
  readonly id: string
  readonly complete: boolean
  readonly files: readonly ModelFile[]
  /** What it is, for logs and reports: a repository and commit, an address, or the file's SHA-256. */
  readonly source: string
}

export interface ModelFile {
  readonly name: string
  readonly url: string
  /** Bytes, if known in advance. */
  readonly size?: number | undefined
  readonly digest?: Digest | undefined
  /** The strong ETag that it was served with. */
  readonly etag?: string | undefined
}

const schema = z.object({
  id: z.string(),
  complete: z.boolean(),
  files: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      size: z.optional(z.number()),
      digest: z.optional(z.object({ algorithm: z.enum(['sha256', 'git-blob']), hex: z.string() })),
      etag: z.optional(z.string()),
    }),
  ),
  source: z.string(),
})

const recordFile = 'model.json'

/** The folder of a model: a hash, because ids and URLs contain characters that file names may not. */
export async function modelFolder(id: string): Promise<string> {
  return (await sha256(new TextEncoder().encode(id))).slice(0, 32)
}

/** The record of a folder; undefined if there is none, if another version wrote it, or if a crash truncated it. */
export async function readRecord(storage: Storage, folder: string): Promise<ModelRecord | undefined> {
  try {
    const bytes = await storage.read(`${folder}/${recordFile}`)
    return schema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    if (error instanceof PatchError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

export async function writeRecord(storage: Storage, folder: string, record: ModelRecord): Promise<void> {
  await storage.write(`${folder}/${recordFile}`, new TextEncoder().encode(JSON.stringify(record)))
}

/** The folder in the origin private file system that models are kept in. */
export const modelsRoot = 'policypatch/models'
