import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'

/** What an id names on the Hub. */
export interface HubId {
  /** `owner/name`. */
  readonly repo: string
  /** A branch, tag or commit; undefined if the id names none. */
  readonly revision: string | undefined
  /** One GGUF file of the repository, possibly in a folder. */
  readonly file: string | undefined
  /** The quantization of the wanted GGUF files, such as `Q8_0`; undefined if the id names none. */
  readonly quantization: string | undefined
}

const pattern = /^([\w.-]+\/[\w.-]+)(?:\/(.+\.gguf))?(?::([\w.-]+))?(?:@([\w./+-]+))?$/i

function parsePlainId(id: string): HubId | undefined {
  const [, repo, file, tag, revision] = pattern.exec(id) ?? []
  if (!repo || /\.gguf$/i.test(repo) || pathFault(repo) || (file && (tag || pathFault(file))))
    return undefined
  if (revision && pathFault(revision)) return undefined
  return tag && /\.gguf$/i.test(tag)
    ? { repo, revision, file: tag, quantization: undefined }
    : { repo, revision, file, quantization: tag }
}

/**
 * Parses `owner/name`, `owner/name@revision`, `owner/name:Q8_0` and `owner/name/folder/file.gguf@revision`, and the addresses
 * of their pages: `https://huggingface.co/owner/name/blob/main/file.gguf`, `hf.co/owner/name:Q8_0`,
 * `hf://owner/name@revision`.
 *
 * @param hubUrl another Hub, whose addresses are accepted as well
 * @throws PatchError `NOT_FOUND`
 */
export function parseHubId(id: string, hubUrl?: string): HubId {
  const address = hubIdOfAddress(id, hubUrl)
  const parsed = address === undefined ? undefined : parsePlainId(address)
  if (parsed) return parsed
  if (isHubAddress(id, hubUrl)) {
    throw new PatchError('NOT_FOUND', {
      expected: 'the Hub page of a model, of a revision, or of a .gguf file',
      found: excerpt(id, 200),
      remedy: 'Use the id of the model, as owner/name, or the URL of its page',
    })
  }
  const isAddress = /^[a-z][a-z\d+.-]*:\/\//i.test(id)
  throw new PatchError('NOT_FOUND', {
    expected:
      'the path of a model, or a Hub id of the form owner/name, owner/name:Q8_0, owner/name/file.gguf or owner/name@revision',
    found: `${excerpt(id, 200)}, ${isAddress ? 'a URL that is not on the Hub' : 'which does not exist'}`,
    remedy: isAddress ? 'Download the file, and use its path' : 'Check the path or the id',
  })
}

/** The id in the form used in manifests and messages, however it was given. */
export function formatHubId({ repo, revision, file, quantization }: HubId): string {
  const part = file ? `/${file}` : quantization ? `:${quantization}` : ''
  return `${repo}${part}${revision ? `@${revision}` : ''}`
}

/** The Hub's own hostnames. Ids mean the same on every Hub, so that a copied address works with a mirror too. */
const hosts = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(.*)$/is

/** The part of an address after the Hub's name; undefined if it is not an address on a Hub. */
function pathOf(text: string, hubUrl: string | undefined): string | undefined {
  const own =
    hubUrl !== undefined && text.startsWith(`${hubUrl}/`) ? text.slice(hubUrl.length + 1) : undefined
  return own ?? hosts.exec(text)?.[1] ?? /^hf:\/\/(.*)$/is.exec(text)?.[1]
}

/** Whether a text is an address on a Hub, whatever it leads to. */
function isHubAddress(text: string, hubUrl?: string): boolean {
  return pathOf(text, hubUrl) !== undefined
}

/** A page's `main/path`. The revision may be one with slashes that the Hub itself creates, such as `refs/pr/1`. */
const revisionAndPath = /^(refs\/(?:pr|convert)\/[^/]+|[^/]+)(?:\/(.*))?$/s

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/**
 * The id for the address of a Hub's page; other texts are returned as they are. Undefined for Hub addresses of anything but a
 * model, one of its revisions, or a .gguf file.
 */
export function hubIdOfAddress(text: string, hubUrl?: string): string | undefined {
  const path = pathOf(text, hubUrl)
  if (path === undefined) return text
  const segments = path
    .replace(/[?#].*$/s, '')
    .replace(/\/$/, '')
    .split('/')
    .map(decoded)
  if (/^hf:\/\//i.test(text) && segments[0] === 'models') segments.shift()
  const [owner, name, verb, ...rest] = segments
  if (segments.includes(undefined) || !owner || !name || /^(datasets|spaces)$/.test(owner)) return undefined
  // As in hf://owner/name@revision/file.gguf: an id has the revision at its end.
  const [repo = '', revision] = /^([^@]*)@(.*)$/s.exec(name)?.slice(1) ?? [name]
  const at = (file: string | undefined, of: string | undefined) =>
    `${owner}/${repo}${file ? `/${file}` : ''}${of ? `@${of}` : ''}`
  if (verb === undefined) return at(undefined, revision)
  if (revision === undefined && /^(tree|blob|resolve|raw)$/.test(verb)) {
    const [, of, file] = revisionAndPath.exec(rest.join('/')) ?? []
    return of && (!file || /\.gguf$/i.test(file)) ? at(file, of) : undefined
  }
  const file = [verb, ...rest].join('/')
  return /\.gguf$/i.test(file) ? at(file, revision) : undefined
}

/**
 * A Hub's address without trailing slashes. One without a scheme gets `https://`.
 *
 * @param setting where the address was given, for messages
 * @throws PatchError `INVALID_ARGUMENT` if it is not an http or https address, or has more than host and path
 */
export function hubAddress(address: string, setting: string): string {
  const given = address.trim()
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `https://${given}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password
  if (plain && !url.search && !url.hash) return url.origin + url.pathname.replace(/\/+$/, '')
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `${setting} to be the URL of a Hub, without credentials or query`,
    found: url?.host ? `${url.protocol}//${url.host} with more` : excerpt(given),
    remedy: 'Use a URL such as https://huggingface.co, and put the token into HF_TOKEN',
  })
}

/** Maximum length of a path, in characters: common file systems allow no more. */
const longest = 1024

/** What makes a path invalid as the name of a file below a folder, on any system; undefined if it is valid. */
export function pathFault(path: string): string | undefined {
  if (path.length === 0 || path.length > longest) return `a name of ${path.length} characters`
  // On Windows, a letter and a colon name a drive.
  if (/^[a-z]:/i.test(path)) return 'a name that starts with a drive letter'
  if (path.includes('\\')) return 'a backslash'
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 'a control character'
  }
  const segments = path.split('/')
  const outside = segments.find((segment) => segment === '' || segment === '.' || segment === '..')
  return outside === undefined ? undefined : 'a path outside the folder'
}
