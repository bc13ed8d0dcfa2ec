import { bytesOfBase64 } from '../../text/encoded-bytes.ts'
import { type Component, checkGrowth, tokenizerError } from './component.ts'

/**
 * SentencePiece's `precompiled_charsmap`: the size of a trie in bytes, the trie as a double array of 32-bit units (Darts-clone),
 * and the replacement texts that it refers to, each terminated by a zero byte. Text is changed as by `spm_precompiled`, which has
 * its own rule for grapheme clusters: those of up to five bytes as a whole, others character by character.
 *
 * @see https://github.com/huggingface/spm_precompiled
 */
export function readCharacterMap(base64: string, component: Component): (text: string) => string {
  const { trie, replacements } = parse(base64, component)
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' })

  const replacement = (bytes: Uint8Array): string | undefined => {
    const start = shortestPrefix(trie, bytes)
    if (start === undefined) return undefined
    const end = replacements.indexOf(0, start)
    return decoder.decode(replacements.subarray(start, end < 0 ? undefined : end))
  }
  const changed = (part: string) => replacement(encoder.encode(part))

  return (text) => {
    let result = ''
    for (const { segment } of clusters.segment(text)) {
      const bytes = encoder.encode(segment)
      const whole = bytes.length < 6 ? replacement(bytes) : undefined
      if (whole !== undefined) result += whole
      else for (const character of segment) result += changed(character) ?? character
      checkGrowth(result.length, text.length, component.where)
    }
    return result
  }
}

function parse(
  base64: string,
  { where }: Component,
): { readonly trie: Uint32Array; readonly replacements: Uint8Array } {
  const expected = `\`${where}.precompiled_charsmap\` of tokenizer.json to be SentencePiece's, in base64`
  let bytes: Uint8Array
  try {
    bytes = bytesOfBase64(base64)
  } catch (cause) {
    throw tokenizerError('MALFORMED', expected, { found: 'invalid base64', cause })
  }
  const view = new DataView(bytes.buffer)
  const size = bytes.length < 4 ? 0 : view.getUint32(0, true)
  if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length)
    throw tokenizerError('MALFORMED', expected, { found: `a trie of ${size} bytes in ${bytes.length}` })
  const trie = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true))
  return { trie, replacements: bytes.subarray(4 + size) }
}

/** Start of the replacement for the shortest prefix in the trie. */
function shortestPrefix(trie: Uint32Array, bytes: Uint8Array): number | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6)
  let at = offset(trie[0]!)
  for (const byte of bytes) {
    if (byte === 0) return undefined
    at ^= byte
    const unit = trie[at]
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined
    at ^= offset(unit)
    if (unit & 0x100) return (trie[at] ?? 0) & 0x7fffffff
  }
  return undefined
}
