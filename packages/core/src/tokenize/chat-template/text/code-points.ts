/**
 * Texts by code points, as Python counts them; JavaScript counts UTF-16 units, which are the same where a text has no
 * character beyond U+FFFF.
 */

/** Whether a text's units are its code points. */
const isPlain = (text: string) => !/[\ud800-\udfff]/.test(text)

/** Whether a character of two units begins at a place. */
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

/** The unit at which the code point of an index begins, or the text's end; `from` is the unit of index `start`. */
function unitOf(text: string, index: number, start = 0, from = 0): number {
  let unit = from
  for (let left = index - start; left > 0 && unit < text.length; left--) unit += isPair(text, unit) ? 2 : 1
  return unit
}

/** The part of a text between two places, `start` not behind `end`, counted in code points. */
export function codePointSlice(text: string, start: number, end: number): string {
  if (isPlain(text)) return text.slice(start, end)
  const from = unitOf(text, start)
  return text.slice(from, unitOf(text, end, start, from))
}

/** The character of an index; a negative one counts from the end. */
export function characterAt(text: string, index: number): string | undefined {
  if (index >= 0) {
    // The text before it is all that matters.
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

/** The place of a unit of a text, counted in code points; −1 stays. */
export function codePointIndex(text: string, unit: number): number {
  return unit <= 0 ? unit : codePointLength(text.slice(0, unit))
}

/** The order of two texts by code points: negative, 0 or positive. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const shorter = Math.min(left.length, right.length)
  for (let at = 0; at < shorter; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (a === b) continue
    // A surrogate stands for what is beyond U+FFFF, after all else.
    const [isLow, isHigh] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff]
    return isLow === isHigh ? a - b : isLow ? 1 : -1
  }
  return left.length - right.length
}
