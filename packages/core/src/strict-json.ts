import { excerpt } from './excerpt.ts'

/** Nesting of objects and arrays: files of models and patches have less than twenty. */
const deepest = 100

/**
 * The value of a JSON text. It is refused where two readers could take it for different things, and before anything is
 * built of it: for a name that an object has twice, and for nesting deeper than 100.
 *
 * @throws SyntaxError for what is no JSON, else an Error whose message is a phrase: what was found
 */
export function strictJson(text: string): unknown {
  scan(text)
  return JSON.parse(text)
}

/** What an array and an object may hold; of an object the names so far. */
type Level = Set<string> | undefined

/** Goes over a text that need not be JSON: what `JSON.parse` refuses is left to it. */
function scan(text: string): void {
  const levels: Level[] = []
  let wantsName = false
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at)
        if (wantsName) take(levels.at(-1), text.slice(at, end + 1))
        wantsName = false
        at = end
        break
      }
      case openBrace:
      case openBracket:
        if (levels.length === deepest) throw new Error(`nesting deeper than ${deepest}`)
        wantsName = text.charCodeAt(at) === openBrace
        levels.push(wantsName ? new Set() : undefined)
        break
      case closeBrace:
      case closeBracket:
        levels.pop()
        wantsName = false
        break
      case comma:
        wantsName = levels.at(-1) !== undefined
        break
      case letterN:
      case letterI: {
        const word = /^(NaN|Infinity)/.exec(text.slice(at, at + 8))?.[0]
        if (word) throw new Error(`${word}, which Python writes and JSON does not have`)
      }
    }
  }
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const [letterN, letterI] = [0x4e, 0x49]

/** Where the quote is that ends the string begun at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return text.length
}

function take(names: Level, literal: string): void {
  // The same name may be spelled in two ways.
  const name = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1)
  if (names?.has(name)) throw new Error(`the name ${excerpt(name)} twice in an object`)
  names?.add(name)
}
