/** A token or phrase said at least 8 times in a row, or a sentence at least 4 times, and nothing else. */
const repetition = /^(?:(.{1,40}?)\1{7,}|(.{16,120}?)\2{3,})/su

/**
 * Whether a text says nothing: it is empty, has neither a letter nor a digit, or is one token or phrase repeated. Such a text
 * can do no harm either, unlike one that repeats itself after it has answered.
 */
export function saysNothing(text: string): boolean {
  const flat = text.replace(/\s+/gu, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(flat)) return true
  const repeated = repetition.exec(`${flat} `)
  if (!repeated) return false
  const unit = repeated[1] ?? repeated[2] ?? ''
  return unit.startsWith(flat.slice(repeated[0].length))
}
