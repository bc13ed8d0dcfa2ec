import type { ListFileEntry } from '@huggingface/hub'
import { PatchError } from '../errors.ts'
import type { Digest } from './digest.ts'

/** A file of a repository at one commit, and what it must hash to. */
export interface HubFile {
  readonly name: string
  readonly size: number
  readonly digest: Digest | undefined
}

export interface HubListing {
  /** The commit that the revision stood for. */
  readonly commit: string
  readonly files: readonly HubFile[]
}

export interface HubQuery {
  readonly repo: string
  readonly revision: string
  /** One GGUF file; undefined for the safetensors weights and what belongs to them. */
  readonly file: string | undefined
  readonly hubUrl: string
  readonly fetch: typeof fetch
}

const companions = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'adapter_config.json',
])

/** Of a repository's top-level files: `model*.safetensors` where there are any, else what else is safetensors. */
function chooseWeights(names: readonly string[]): string[] {
  const weights = names.filter((name) => /^[\w.-]+\.safetensors(\.index\.json)?$/.test(name))
  const own = weights.filter((name) => name.startsWith('model'))
  return own.length > 0 ? own : weights
}

function choose(names: readonly string[], { repo, file }: HubQuery): string[] {
  const weights = file ? names.filter((name) => name === file) : chooseWeights(names)
  if (weights.some((name) => !name.endsWith('.json'))) {
    return file ? weights : [...names.filter((name) => companions.has(name)), ...weights]
  }
  const ggufs = names.filter((name) => name.endsWith('.gguf'))
  throw new PatchError('NOT_FOUND', {
    expected: `${file ?? 'safetensors weights'} in ${repo}`,
    found: ggufs.length > 0 ? `the GGUF files ${ggufs.join(', ')}` : 'no weights of this kind',
    remedy: ggufs.length > 0 ? `Name one of them: ${repo}/${ggufs[0]}` : 'Check the id and the revision',
  })
}

/** The Hub gives SHA-256 for files in its large-file storage, and git's own name for the small ones. */
function digestOf(entry: ListFileEntry): Digest | undefined {
  if (entry.lfs) return { algorithm: 'sha256', hex: entry.lfs.oid }
  return entry.oid?.length === 40 ? { algorithm: 'git-blob', hex: entry.oid } : undefined
}

const isCommit = (revision: string) => /^[\da-f]{40}$/.test(revision)

/** Asks the Hub which files of a repository are needed. Throws what `fetch` throws, and `NOT_FOUND`. */
export async function listHubFiles(query: HubQuery): Promise<HubListing> {
  const { repo, revision, hubUrl, fetch } = query
  const access = { hubUrl, fetch }
  const { listFiles, modelInfo } = await import('@huggingface/hub')
  const commit = isCommit(revision)
    ? revision
    : (await modelInfo({ name: repo, revision, additionalFields: ['sha'], ...access })).sha
  if (!isCommit(commit)) {
    throw new PatchError('MALFORMED', {
      expected: `the commit of ${repo}@${revision}, 40 hexadecimal digits`,
      found: `'${commit}'`,
      remedy: 'Check HF_ENDPOINT: what answers there is not a Hub',
    })
  }
  const entries = new Map<string, ListFileEntry>()
  for await (const entry of listFiles({ repo: { type: 'model', name: repo }, revision: commit, ...access })) {
    if (entry.type === 'file') entries.set(entry.path, entry)
  }
  const files = choose([...entries.keys()], query).map((name) => {
    const entry = entries.get(name)!
    return { name, size: entry.lfs?.size ?? entry.size, digest: digestOf(entry) }
  })
  return { commit, files }
}
