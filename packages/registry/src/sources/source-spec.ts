import { existsSync } from 'node:fs'
import { PatchError } from '@policypatch/core'
import { excerpt, parseHubId } from '@policypatch/core/platform'

/** Where a patch comes from, as commands and policypatch.json state it. */
export type SourceSpec =
  | {
      readonly kind: 'repository'
      readonly name: string
      readonly range: string
      /** Its name in policypatch.json; if absent, whichever has the patch. */
      readonly repository?: string
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'npm'; readonly name: string; readonly range: string }
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string }

const patchName = '[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?'
const npmName = '(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*'

/** What can be installed, for help and messages. */
export const sourceForms =
  'NAME[@RANGE] of a repository, a folder, a .zip or .tgz, a URL with #sha256=, npm:NAME[@RANGE] or hf:OWNER/NAME[@REVISION]'

/**
 * Parses where a patch comes from.
 *
 * @throws PatchError `INVALID_ARGUMENT` for any other form, for a URL without a digest, and for an http URL of another machine
 */
export function parseSource(text: string): SourceSpec {
  const direct = parseDirect(text)
  if (direct) return direct
  const isPath = /^\.{0,2}[/\\]|^~|^[a-z]:\\|\.(zip|tgz|tar\.gz)$|[/\\]/i.test(text)
  if (isPath || existsSync(`${text}/patch.json`)) return { kind: 'file', path: text }
  const named = new RegExp(`^(?:(${patchName}):)?(${patchName})(?:@(.+))?$`).exec(text)
  if (named?.[2] === undefined) throw unknown(text)
  const [, repository, name, range = '*'] = named
  return { kind: 'repository', name, range, ...(repository !== undefined && { repository }) }
}

/** Parses what policypatch.json wants of a patch: a range of versions in a repository, or another source. */
export function parseWanted(name: string, wanted: string): SourceSpec {
  const direct = parseDirect(wanted)
  if (direct) return direct
  const [, repository, range = ''] = new RegExp(`^(?:(${patchName}):)?(.*)$`, 's').exec(wanted) ?? []
  return { kind: 'repository', name, range, ...(repository !== undefined && { repository }) }
}

/** The text of a source in policypatch.json. */
export function formatWanted(spec: SourceSpec): string {
  switch (spec.kind) {
    case 'repository':
      return `${spec.repository === undefined ? '' : `${spec.repository}:`}${spec.range}`
    case 'file':
      return `file:${spec.path}`
    case 'url':
      return `${spec.url}#sha256=${spec.sha256}`
    case 'npm':
      return `npm:${spec.name}@${spec.range}`
    case 'hub':
      return `hf:${spec.repo}@${spec.revision}`
  }
}

function parseDirect(text: string): SourceSpec | undefined {
  if (/^https?:/i.test(text)) return parseAddress(text)
  if (text.startsWith('file:')) return { kind: 'file', path: text.slice(5) }
  if (text.startsWith('npm:')) {
    const [, name, range = '*'] = new RegExp(`^npm:(${npmName})(?:@([^/\\\\]+))?$`).exec(text) ?? []
    if (name === undefined) throw unknown(text)
    return { kind: 'npm', name, range }
  }
  if (!text.startsWith('hf:')) return undefined
  const { repo, revision = 'main', file, quantization } = parseHubId(text.replace(/^hf:(\/\/)?/, ''))
  if (file !== undefined || quantization !== undefined) throw unknown(text)
  return { kind: 'hub', repo, revision }
}

function parseAddress(text: string): SourceSpec {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url?.hash ?? '')?.[1]?.toLowerCase()
  if (!url || sha256 === undefined) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'the SHA-256 of the archive at the end of its URL, as #sha256=…',
      found: excerpt(text, 200),
      remedy: 'Take the digest from the publisher, by a way that you trust',
    })
  }
  url.hash = ''
  checkSecure(url)
  return { kind: 'url', url: url.href, sha256 }
}

/** Throws `INVALID_ARGUMENT` for a URL that is neither https nor of this machine. */
export function checkSecure(url: URL): void {
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'an address of https',
    found: `${url.protocol}//${url.host}`,
    remedy: 'Use https; http is taken for this machine alone',
  })
}

const unknown = (text: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: sourceForms,
    found: excerpt(text, 200),
    remedy: 'Check how it is written',
  })
