/**
 * Whether a text says nothing ({@link saysNothing}) or repeats itself somewhere ({@link hasLoop}). Such a text is neither an
 * answer nor a refusal to learn from.
 */
export function isDegenerate(text: string): boolean {
  return saysNothing(text) || hasLoop(text)
}

/** A token or phrase at least 8 times in a row, or a sentence at least 4 times, and nothing else. */
const repetition = /^(?:(.{1,40}?)\1{7,}|(.{16,120}?)\2{3,})/su

/**
 * Whether a text says nothing: it is empty, has neither letters nor digits, or is one token or phrase repeated. Such a text
 * cannot do harm either, unlike one that answers and then repeats itself.
 */
export function saysNothing(text: string): boolean {
  const flat = text.replace(/\s+/gu, ' ').trim()
  if (!/[\p{L}\p{N}]/u.test(flat)) return true
  const repeated = repetition.exec(`${flat} `)
  if (!repeated) return false
  const unit = repeated[1] ?? repeated[2] ?? ''
  return unit.startsWith(flat.slice(repeated[0].length))
}

/** The unit of comparison: a word, or a character of a script without spaces between words. */
const word = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}'’]+/gu

/** The number of a list item, dropped because a loop may keep counting. */
const itemNumber = /(^|\s)\d{1,3}[.)](?=\s)/gu

/** Maximum number of words in a repeated phrase. */
const longest = 64

/** Window size and minimum number of 4-grams, and the share of repeated ones from which a text repeats itself. */
const window = { grams: 40, share: 0.5, least: 12 }

/** A stretch of text that repeats one phrase. */
interface Run {
  /** Number of words in the phrase. */
  readonly period: number
  /** Number of words in the stretch. */
  readonly length: number
  /** Whether it extends to the end of the text, whose last word may be cut off. */
  readonly toTheEnd: boolean
}

/**
 * Whether a text repeats itself somewhere, compared word by word, ignoring punctuation, case and list numbers. Either a phrase is
 * repeated: three or more times at the end of the text (as Holtzman et al. 2020, arXiv 1904.09751, find loops), or for longer
 * elsewhere. Or at least half of 40 consecutive 4-grams occurred before (seq-rep-4 of Welleck et al. 2020, arXiv 1908.04319, in a
 * window), which finds loops with varying words. Texts by people and large models, including lists and recipes, stay below 0.4.
 */
export function hasLoop(text: string): boolean {
  const words = text.replace(itemNumber, '$1').toLowerCase().match(word) ?? []
  return runs(words).some((run) => isLoop(run, words.length)) || repeatedShare(words) >= window.share
}

function isLoop({ period, length, toTheEnd }: Run, words: number): boolean {
  const times = length / period
  // "No, no, no" and "really, really" are figures of speech, unless nothing follows.
  if (period <= 2) return toTheEnd && length >= 12
  if (times >= 3) return length >= (toTheEnd ? 12 : 20)
  // Nobody says a sentence of this length twice and starts it again, and no text consists of the same twice.
  return period >= 8 && toTheEnd && (length >= 2 * period + 3 || length === words)
}

/** For each phrase length, the stretches that repeat a phrase at least twice. */
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

/** The largest share of repeated 4-grams in any window of 40; 0 for texts too short to tell. */
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
