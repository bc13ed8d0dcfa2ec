/**
 * Texts by code points, as Python counts them; JavaScript counts UTF-16 units, which are the same where a text has no
 * character beyond U+FFFF.
 */
const surrogate = /[\ud800-\udfff]/

export const isPlain = (text: string) => !surrogate.test(text)

export function codePointLength(text: string): number {
  if (isPlain(text)) return text.length
  let length = 0
  for (const _ of text) length++
  return length
}

/** The characters of a text. */
export const codePoints = (text: string): readonly string[] => (isPlain(text) ? text.split('') : [...text])

/** The part of a text between two places that are within it, counted in code points. */
export function codePointSlice(text: string, start: number, end: number): string {
  return isPlain(text) ? text.slice(start, end) : [...text].slice(start, end).join('')
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
