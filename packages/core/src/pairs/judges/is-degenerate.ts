/**
 * Whether a text says nothing ({@link saysNothing}) or repeats itself somewhere ({@link hasLoop}). Such a text is no answer,
 * and no refusal to learn from.
 */
export function isDegenerate(text: string): boolean {
  return saysNothing(text) || hasLoop(text)
}

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

/** What is compared: a word, or a character of a script that puts no spaces between words. */
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}'’]+/gu

/** The number of a list's item: a loop counts on. */
const itemNumber = /(^|\s)\d{1,3}[.)](?=\s)/gu

/** Words of the longest phrase that is looked for. */
const longest = 64

/** Words of a phrase said in a row, and the share of 4-grams repeated, from which a text repeats itself. */
const window = { grams: 40, share: 0.5, least: 12 }

/** A stretch of a text that is one phrase, said again and again. */
interface Run {
  /** Words of the phrase. */
  readonly period: number
  /** Words of the stretch. */
  readonly length: number
  /** Whether it goes on until the text ends, the last word of which may have been cut. */
  readonly toTheEnd: boolean
}

/**
 * Whether a text repeats itself somewhere, read word by word without punctuation, case and numbers of list items. Either a
 * phrase is said again and again: three times in a row and more where the text ends with it (as Holtzman et al. 2020, arXiv
 * 1904.09751, find loops), for longer where it does not. Or of 40 4-grams in a row half and more have been there before
 * (seq-rep-4 of Welleck et al. 2020, arXiv 1908.04319, in a window), which finds loops with words exchanged in them. Texts of
 * people and of large models stay below 0.4 there, lists and recipes included.
 */
export function hasLoop(text: string): boolean {
  const words = text.replace(itemNumber, '$1').toLowerCase().match(word) ?? []
  return runs(words).some((run) => isLoop(run, words.length)) || repeatedShare(words) >= window.share
}

function isLoop({ period, length, toTheEnd }: Run, words: number): boolean {
  const times = length / period
  // "No, no, no" and "really, really" are ways to speak, unless nothing comes after.
  if (period <= 2) return toTheEnd && length >= 12
  if (times >= 3) return length >= (toTheEnd ? 12 : 20)
  // A sentence of this length is not said twice and begun once more, and a text is not twice the same.
  return period >= 8 && toTheEnd && (length >= 2 * period + 3 || length === words)
}

/** For each length of a phrase the stretches that consist of it, said twice and more. */
function runs(words: readonly string[]): Run[] {
  const found: Run[] = []
  const last = words.length - 1
  const cut = words[last] ?? ''
  for (let period = 1; period <= Math.min(longest, words.length / 2); period++) {
    let same = 0
    for (let at = period; at <= words.length; at++) {
      const before = words[at - period] as string
      const repeats =
        at <= last && (words[at] === before || (at === last && same > 0 && before.startsWith(cut)))
      if (repeats) same++
      else {
        if (same >= period) found.push({ period, length: same + period, toTheEnd: at > last })
        same = 0
      }
    }
  }
  return found
}

/** The largest share of repeated 4-grams in any window of 40; 0 for texts that are too short to say. */
function repeatedShare(words: readonly string[]): number {
  const grams = words.slice(3).map((_, at) => words.slice(at, at + 4).join(' '))
  if (grams.length < window.least) return 0
  const size = Math.min(window.grams, grams.length)
  const counts = new Map<string, number>()
  let most = 0
  for (const [at, gram] of grams.entries()) {
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
    const left = grams[at - size]
    if (left !== undefined) {
      const count = (counts.get(left) ?? 0) - 1
      if (count > 0) counts.set(left, count)
      else counts.delete(left)
    }
    if (at >= size - 1) most = Math.max(most, 1 - counts.size / size)
  }
  return most
}
