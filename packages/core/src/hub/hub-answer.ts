import { PatchError } from '../errors.ts'
import { strictJson } from '../storage/strict-json.ts'
import { excerpt } from '../text/printable.ts'
import { bodyWithin, joined } from './body-within.ts'
import { unreachable } from './retrying-fetch.ts'

/** Maximum bytes of one answer: a page of a listing has a thousand files of about 300 bytes each. */
const largestAnswer = 16 * 2 ** 20
/** Maximum pages of a listing: a hundred thousand files. */
const mostPages = 100

/** The error for an answer that no Hub gives. */
export function noHub(url: string, expected: string, found: string, cause?: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `${expected} from ${url.replace(/\?.*/s, '')}`,
    found,
    remedy: 'This is not a Hub: check HF_ENDPOINT or hubUrl, and whether the network asks for a login',
    cause,
  })
}

/** The body, if it has at most `most` bytes; throws as soon as more arrive. */
export async function readAtMost(response: Response, most: number, url: string): Promise<Uint8Array> {
  return joined(await bodyWithin(response, most, () => noHub(url, `at most ${most} bytes`, 'more')))
}

function kindOf(text: string): string {
  if (/^\s*</.test(text)) return 'a web page'
  return text.trim() === '' ? 'nothing' : excerpt(text)
}

/**
 * A fetch for JSON answers of one Hub: arrays, page by page, or objects. It rejects what may have no end: an answer that is
 * too long, too many pages, a page that comes again, or one of another server.
 */
export function fetchAnswers(send: typeof fetch, hubUrl: string, kind: 'array' | 'object'): typeof fetch {
  const { origin } = new URL(hubUrl)
  const asked = new Set<string>()
  return async (input, init) => {
    const url = String(input)
    if (new URL(url).origin !== origin) {
      throw noHub(hubUrl, `all pages of a listing from ${origin}`, `the next one at ${excerpt(url, 200)}`)
    }
    if (asked.has(url)) throw noHub(url, 'a next page of the listing', 'the same page again')
    if (asked.size === mostPages) throw noHub(url, `a listing of at most ${mostPages} pages`, 'more')
    asked.add(url)
    const response = await send(url, init)
    if (!response.ok) {
      await response.body?.cancel()
      throw unreachable(url, `HTTP ${response.status}`)
    }
    const text = new TextDecoder().decode(await readAtMost(response, largestAnswer, url))
    let value: unknown
    try {
      value = strictJson(text)
    } catch (error) {
      throw noHub(url, 'an answer in JSON', kindOf(text), error)
    }
    const isKind =
      kind === 'array' ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value)
    if (value === null || !isKind) throw noHub(url, `an ${kind} in JSON`, kindOf(text))
    return new Response(text, { headers: { link: response.headers.get('link') ?? '' } })
  }
}
