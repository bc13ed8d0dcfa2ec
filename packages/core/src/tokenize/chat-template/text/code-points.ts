/**
 * Texts by code points, as Python counts them. JavaScript counts UTF-16 units, which are the same unless a text has characters
 * beyond U+FFFF.
 */

/** Whether every UTF-16 unit of a text is a code point. */
const isPlain = (text: string) => !/[\ud800-\udfff]/.test(text)

/** Whether a surrogate pair starts at a position. */
function isPair(text: string, at: number): boolean {
  const [high, low] = [text.charCodeAt(at), text.charCodeAt(at + 1)]
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff
}

export function codePointLength(text: string): number {
  let length = text.length
  for (let at = 0; at < text.length - 1; at++)
    if (isPair(text, at)) {
      length--
      at++
    }
  return length
}

/** The characters of a text. */
export const codePoints = (text: string): readonly string[] => (isPlain(text) ? text.split('') : [...text])

/** The UTF-16 index of a code point index, or the text's end; `from` is the UTF-16 index of `start`. */
function unitOf(text: string, index: number, start = 0, from = 0): number {
  let unit = from
  for (let left = index - start; left > 0 && unit < text.length; left--) unit += isPair(text, unit) ? 2 : 1
  return unit
}

/** The part of a text between two code point indices; `start` must not exceed `end`. */
export function codePointSlice(text: string, start: number, end: number): string {
  if (isPlain(text)) return text.slice(start, end)
  const from = unitOf(text, start)
  return text.slice(from, unitOf(text, end, start, from))
}

/** The character at an index; negative indices count from the end. */
export function characterAt(text: string, index: number): string | undefined {
  if (index >= 0) {
    // Only the text before it matters.
    const unit = isPlain(text.slice(0, index)) ? index : unitOf(text, index)
    return unit < text.length ? String.fromCodePoint(text.codePointAt(unit)!) : undefined
  }
  let unit = text.length
  for (let left = index; left < 0; left++) {
    if (unit <= 0) return undefined
    unit -= isPair(text, unit - 2) ? 2 : 1
  }
  return String.fromCodePoint(text.codePointAt(unit)!)
}

/** Converts a UTF-16 index to a code point index; −1 is kept. */
export function codePointIndex(text: string, unit: number): number {
  return unit <= 0 ? unit : codePointLength(text.slice(0, unit))
}

/** Compares two texts by code points: negative, 0 or positive. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const shorter = Math.min(left.length, right.length)
  for (let at = 0; at < shorter; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (a === b) continue
    // Surrogates represent characters beyond U+FFFF, which come last.
    const [isLow, isHigh] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff]
    return isLow === isHigh ? a - b : isLow ? 1 : -1
  }
  return left.length - right.length
}
