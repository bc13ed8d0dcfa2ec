/** GPT-2 writes every byte as one visible character: printable bytes stand for themselves. */
const prints = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)

/** The character of each byte, 0…255, in byte-level vocabularies (GPT-2's `bytes_to_unicode`). */
const byteCharacters: readonly string[] = (() => {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++))
})()

/** Maps each character of {@link byteCharacters} to its byte. */
export const characterBytes: ReadonlyMap<string, number> = new Map(
  byteCharacters.map((character, byte) => [character, byte]),
)

/** Whether a token consists only of characters of the byte alphabet. */
export function isByteSpelled(token: string): boolean {
  for (const character of token) if (!characterBytes.has(character)) return false
  return true
}

/** Writes the UTF-8 bytes of a text in the byte alphabet. */
export function spellBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]).join('')
}
