import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'

/**
 * A Hub's address without a slash at its end. One without a scheme gets `https://`.
 *
 * @param setting what the address was given by, for messages
 * @throws PatchError `INVALID_ARGUMENT` for what is no address of http or https, or carries more than host and path
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
