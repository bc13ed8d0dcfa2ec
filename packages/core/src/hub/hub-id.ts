import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'
import { hubIdOfAddress, isHubAddress } from './hub-page.ts'
import { pathFault } from './listed-path.ts'

/** What an id names on the Hub. */
export interface HubId {
  /** `owner/name`. */
  readonly repo: string
  /** A branch, tag or commit; undefined where the id names none. */
  readonly revision: string | undefined
  /** One GGUF file of the repository, in a folder of it or not. */
  readonly file: string | undefined
  /** The quantization of the GGUF files that are meant, such as `Q8_0`; undefined where the id names none. */
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
 * Takes `owner/name`, `owner/name@revision`, `owner/name:Q8_0` and `owner/name/folder/file.gguf@revision` apart, and
 * the addresses of their pages: `https://huggingface.co/owner/name/blob/main/file.gguf`, `hf.co/owner/name:Q8_0`,
 * `hf://owner/name@revision`.
 *
 * @param hubUrl another Hub, whose addresses are read as well
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

/** An id as manifests and messages have it, however it was given. */
export function formatHubId({ repo, revision, file, quantization }: HubId): string {
  const part = file ? `/${file}` : quantization ? `:${quantization}` : ''
  return `${repo}${part}${revision ? `@${revision}` : ''}`
}
