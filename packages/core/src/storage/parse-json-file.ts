import { PatchError } from '../errors.ts'
import { foreignFile } from './foreign-file.ts'
import { strictJson } from './strict-json.ts'

/** Maximum size of a JSON text: ten times that of the largest tokenizers. */
const mostBytes = 256 * 2 ** 20

/**
 * Parses a JSON file that contains an object; see `strictJson`. `TRUNCATED` if the text ends before its closing brace, else
 * `MALFORMED`.
 *
 * @param remedy what to do about a damaged file
 */
export function parseJsonFile(
  bytes: Uint8Array,
  name: string,
  remedy = 'The file is damaged; download it again',
): Readonly<Record<string, unknown>> {
  let found: string
  let cause: unknown
  try {
    if (bytes.length > mostBytes) throw new RangeError(`${bytes.length} bytes, more than ${mostBytes}`)
    const value = strictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>
    }
    found = Array.isArray(value) ? 'an array' : `${value === null ? 'null' : typeof value}`
  } catch (error) {
    cause = error
    found = error instanceof Error ? error.message : String(error)
  }
  const foreign = cause === undefined ? undefined : foreignFile(bytes)
  const isCut = cause instanceof SyntaxError && isObjectStart(bytes) && endsEarly(bytes)
  throw new PatchError(isCut ? 'TRUNCATED' : 'MALFORMED', {
    expected: `a JSON object in ${name}`,
    found,
    remedy,
    ...foreign,
    cause,
  })
}

const isObjectStart = (bytes: Uint8Array) => bytes.length === 0 || bytes.find((byte) => byte > 0x20) === 0x7b

/** Whether the last character other than white space is not a closing brace. */
export function endsEarly(bytes: Uint8Array): boolean {
  return bytes[bytes.findLastIndex((byte) => byte > 0x20)] !== 0x7d
}
