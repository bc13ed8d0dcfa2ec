/** Bytes that files and servers encode as text: base64 with padding, and hexadecimal digits. */

/** Characters per call, because a function only takes so many arguments. */
const PIECE = 0x8000

/** Encodes bytes in base64. */
export function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let i = 0; i < bytes.length; i += PIECE) {
    pieces.push(String.fromCharCode(...bytes.subarray(i, i + PIECE)))
  }
  return btoa(pieces.join(''))
}

/** Decodes base64. Throws what `atob` throws for invalid text. */
export const bytesOfBase64 = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/** Decodes hexadecimal digits, two per byte. */
export const bytesOfHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
