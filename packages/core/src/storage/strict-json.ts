import { excerpt } from '../text/printable.ts'

/** Nesting of objects and arrays: files of models and patches have less than twenty. */
const deepest = 100

/**
 * What a text of so many characters may have. In memory an empty object takes twenty times its two characters, and names of
 * which no two are alike take long; of the largest tokenizers the vocabulary has half as many names, and merges a fifth of the
 * lists.
 */
const limitsOf = (
  characters: number,
): Readonly<Record<'objects and lists' | 'values' | 'names', number>> => ({
  'objects and lists': 2 ** 19 + characters / 16,
  values: 2 ** 21 + characters / 8,
  names: 2 ** 19 + characters / 64,
})

/**
 * The value of a JSON text. It is refused where two readers could take it for different things, by a name that an object has
 * twice, and, before anything is built of it, for nesting deeper than 100 and for far more values than texts of its length
 * have.
 *
 * @throws SyntaxError for what is no JSON, else an Error whose message is a phrase: what was found
 */
export function strictJson(text: string): unknown {
  const names = scan(text)
  const value: unknown = JSON.parse(text)
  // Of names that are there twice, the parser has kept the last.
  if (countNames(value) < names) throw new Error(`the name ${excerpt(nameTwice(text))} twice in an object`)
  return value
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const [letterN, letterI] = [0x4e, 0x49]

/** Goes over a text that need not be JSON, what `JSON.parse` refuses is left to it; the number of names in its objects. */
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

/** Where the quote is that ends the string begun at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}

/** Names of all objects in a value of JSON. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countNames(item)
    return count
  }
  // Values of JSON inherit nothing that is counted.
  for (const name in value) count += 1 + countNames((value as Readonly<Record<string, unknown>>)[name])
  return count
}

/** The first name that an object has twice, in a text of JSON. */
function nameTwice(text: string): string {
  /** What objects, and lists, which have no names, have had so far. */
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
