/**
 * The Hugging Face Hub. An id (hub-id) names a repository. This module lists the files of one model in it (choose-files) at
 * one commit, with their digests. They are then downloaded over connections that may break (transfer, retrying-fetch).
 */

import type { ListFileEntry } from '@huggingface/hub'
import * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { parseJsonFile } from '../storage/parse-json-file.ts'
import { checkShape, describeIssues } from '../text/check-shape.ts'
import { describeValue } from '../text/describe-value.ts'
import { excerpt } from '../text/printable.ts'
import { chooseFiles } from './choose-files.ts'
import { fetchAnswers, noHub, readAtMost } from './hub-answer.ts'
import { type HubId, pathFault } from './hub-id.ts'
import { unreachable } from './retrying-fetch.ts'

/** A file of a repository at one commit, and what it must hash to. */
export interface HubFile {
  /** In the repository. */
  readonly path: string
  /** Path in the model's folder, where its readers look for it; usually the same. */
  readonly name: string
  readonly size: number
  readonly digest: Digest
}

export interface HubListing {
  /** The commit that the revision stood for. */
  readonly commit: string
  readonly kind: 'gguf' | 'safetensors'
  /** The first part of a GGUF model comes first. */
  readonly files: readonly HubFile[]
}

export interface HubQuery extends HubId {
  readonly revision: string
  readonly hubUrl: string
  readonly fetch: typeof fetch
  /** Milliseconds that all requests together may take. Default 60 000. */
  readonly timeout?: number | undefined
}

const bytes = z.int().check(z.nonnegative())
const hex = (length: number) => z.string().check(z.regex(new RegExp(`^[\\da-f]{${length}}$`)))
const entrySchema = z.object({
  path: z.string(),
  size: bytes,
  oid: z.optional(z.string()),
  lfs: z.optional(z.nullable(z.object({ oid: hex(64), size: bytes }))),
})

type Entry = z.output<typeof entrySchema>

/** The Hub gives the SHA-256 of files in its large-file storage, and git's blob id of small ones. */
function digestOf({ lfs, oid = '', path }: Entry, url: string): Digest {
  if (lfs) return { algorithm: 'sha256', hex: lfs.oid }
  if (/^[\da-f]{40}$/.test(oid)) return { algorithm: 'git-blob', hex: oid }
  throw noHub(url, `the digest of ${path}, to verify it,`, oid ? excerpt(oid) : 'none')
}

/** Adds an entry, or throws if no repository can contain it. */
function addEntry(entries: Map<string, Entry>, listed: ListFileEntry, hubUrl: string): void {
  const { data: entry, error } = checkShape(entrySchema, listed)
  if (!entry) throw noHub(hubUrl, 'a listing of files', describeIssues(error.issues))
  const fault = pathFault(entry.path)
  if (fault) throw noHub(hubUrl, 'names of files in a listing', `${fault}: ${excerpt(entry.path)}`)
  if (entries.has(entry.path)) throw noHub(hubUrl, 'a listing of files', `${excerpt(entry.path)} twice`)
  entries.set(entry.path, entry)
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

/** The parts that an index names, which must all be in the listing. */
async function indexedParts(
  index: string,
  url: string,
  entries: ReadonlyMap<string, Entry>,
  send: typeof fetch,
) {
  const response = await send(url)
  if (!response.ok) throw unreachable(url, `HTTP ${response.status}`)
  const json = parseJsonFile(await readAtMost(response, entries.get(index)?.size ?? 0, url), url)
  const { data, error } = checkShape(indexSchema, json)
  const parts = [...new Set(Object.values(data?.weight_map ?? {}))]
  const absent = parts.find((part) => !entries.has(part) || !part.endsWith('.safetensors'))
  if (data && parts.length > 0 && absent === undefined) return parts
  throw new PatchError(absent === undefined ? 'MALFORMED' : 'NOT_FOUND', {
    expected: `the .safetensors files that ${url} names in weight_map`,
    found: error ? describeIssues(error.issues) : absent === undefined ? 'none' : `no ${excerpt(absent)}`,
    remedy: 'The repository is incomplete; choose another revision, or contact its owner',
  })
}

/** The address of a file of a repository at one commit. */
export function hubFileUrl(hubUrl: string, repo: string, commit: string, path: string): string {
  return `${hubUrl}/${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`
}

const isCommit = (revision: unknown) => typeof revision === 'string' && /^[\da-f]{40}$/.test(revision)

async function list(query: HubQuery, send: typeof fetch): Promise<HubListing> {
  const { repo, revision, hubUrl } = query
  const { listFiles, modelInfo } = await import('./hub-client.ts')
  let commit = revision
  if (!isCommit(revision)) {
    const fetch = fetchAnswers(send, hubUrl, 'object')
    commit = (await modelInfo({ name: repo, revision, additionalFields: ['sha'], hubUrl, fetch })).sha
    if (!isCommit(commit)) {
      throw noHub(hubUrl, `the commit of ${repo}@${revision}, 40 hexadecimal digits,`, describeValue(commit))
    }
  }
  const entries = new Map<string, Entry>()
  const fetch = fetchAnswers(send, hubUrl, 'array')
  const listed = { repo: { type: 'model', name: repo }, revision: commit, recursive: true } as const
  for await (const entry of listFiles({ ...listed, hubUrl, fetch })) {
    if (entry?.type !== 'directory') addEntry(entries, entry, hubUrl)
  }
  const { kind, paths, names, index } = chooseFiles(query, [...entries.keys()])
  const parts = index ? await indexedParts(index, hubFileUrl(hubUrl, repo, commit, index), entries, send) : []
  const files = [...paths, ...parts].map((path) => {
    const entry = entries.get(path) as Entry
    const size = entry.lfs?.size ?? entry.size
    return { path, name: names.get(path) ?? path, size, digest: digestOf(entry, hubUrl) }
  })
  const folded = new Map(files.map(({ name }) => [name.normalize().toLowerCase(), name]))
  const twin = files.find(({ name }) => folded.get(name.normalize().toLowerCase()) !== name)
  if (twin) throw noHub(hubUrl, 'file names that differ in more than case', excerpt(twin.path))
  return { commit, kind, files }
}

/**
 * Asks the Hub which files of a repository are needed: one set of weights, and what belongs to it.
 *
 * @throws PatchError `NOT_FOUND` and `UNSUPPORTED` for what the repository does not have; `MALFORMED` for an answer that no
 *   Hub gives, such as a listing without digests; `UNREACHABLE`; and any PatchError that `fetch` throws
 */
export async function listHubFiles(query: HubQuery): Promise<HubListing> {
  const { repo, hubUrl, timeout = 60_000 } = query
  const deadline = AbortSignal.timeout(timeout)
  const send: typeof fetch = (input, init) => query.fetch(input, { ...init, signal: deadline })
  try {
    return await list(query, send)
  } catch (error) {
    if (error instanceof PatchError) throw error
    const found = deadline.aborted
      ? `no listing of ${repo} within ${timeout / 1000} s`
      : (error as Error).message
    throw unreachable(hubUrl, found, error)
  }
}

/** What a file's content must hash to, in hex: its SHA-256, or for small files the SHA-1 of the git blob. */
export interface Digest {
  readonly algorithm: 'sha256' | 'git-blob'
  readonly hex: string
}

/** `name` is what messages call the file. */
export function digestMismatch(name: string, expected: Digest, hex: string): PatchError {
  return new PatchError('DIGEST_MISMATCH', {
    expected: `${name} to have the ${expected.algorithm} digest ${expected.hex}`,
    found: hex,
    remedy: 'The download was discarded; try again, and if the error persists, do not trust the source',
  })
}
