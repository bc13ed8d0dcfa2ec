import { excerpt } from '../text/printable.ts'

/** Maximum nesting of objects and arrays: files of models and patches have less than twenty levels. */
const deepest = 100

/**
 * Limits for a text of this many characters. In memory, an empty object takes twenty times its two characters, and distinct names
 * are slow. In the largest tokenizers, the vocabulary has half as many names, and merges are a fifth of the lists.
 */
const limitsOf = (
  characters: number,
): Readonly<Record<'objects and lists' | 'values' | 'names', number>> => ({
  'objects and lists': 2 ** 19 + characters / 16,
  values: 2 ** 21 + characters / 8,
  names: 2 ** 19 + characters / 64,
})

/**
 * Parses a JSON text. Refuses what two readers could interpret differently, namely duplicate names in an object, and, before
 * building anything, nesting deeper than 100 and far more values than texts of its length have.
 *
 * @throws SyntaxError for invalid JSON, else an Error whose message is a phrase saying what was found
 */
export function strictJson(text: string): unknown {
  const names = scan(text)
  const value: unknown = JSON.parse(text)
  // The parser keeps only the last of duplicate names.
  if (countNames(value) < names) throw new Error(`the name ${excerpt(nameTwice(text))} twice in an object`)
  return value
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const [letterN, letterI] = [0x4e, 0x49]

/** Scans a text, which need not be valid: `JSON.parse` refuses the rest. Returns the number of names in its objects. */
function scan(text: string): number {
  const most = limitsOf(text.length)
  let [depth, containers, values, names] = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at)
        break
      case openBrace:
      case openBracket:
        if (depth++ === deepest) throw new Error(`nesting deeper than ${deepest}`)
        if (++containers > most['objects and lists']) throw tooMany('objects and lists', text)
        break
      case closeBrace:
      case closeBracket:
        depth--
        break
      case comma:
        if (++values > most.values) throw tooMany('values', text)
        break
      case colon:
        if (++names > most.names) throw tooMany('names', text)
        break
      case letterN:
      case letterI: {
        const word = /^(NaN|Infinity)/.exec(text.slice(at, at + 8))?.[0]
        if (word) throw new Error(`${word}, which Python writes but JSON does not allow`)
      }
    }
  }
  return names
}

const tooMany = (what: keyof ReturnType<typeof limitsOf>, { length }: string) =>
  new Error(`more than ${Math.floor(limitsOf(length)[what])} ${what} in ${length} characters`)

/** Index of the quote that ends the string starting at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}

/** Number of names in all objects of a JSON value. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countNames(item)
    return count
  }
  // JSON values inherit no enumerable names.
  for (const name in value) count += 1 + countNames((value as Readonly<Record<string, unknown>>)[name])
  return count
}

/** The first duplicate name within an object of a JSON text. */
function nameTwice(text: string): string {
  /** The names seen so far in each open object; undefined for arrays. */
  const levels: (Set<string> | undefined)[] = []
  let last = ''
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at)
        last = text.slice(at, end + 1)
        at = end
        break
      }
      case openBrace:
        levels.push(new Set())
        break
      case openBracket:
        levels.push(undefined)
        break
      case closeBrace:
      case closeBracket:
        levels.pop()
        break
      case colon: {
        // The same name may be spelled in two ways.
        const name = last.includes('\\') ? String(JSON.parse(last)) : last.slice(1, -1)
        const names = levels.at(-1)
        if (names?.has(name)) return name
        names?.add(name)
      }
    }
  }
  return ''
}
