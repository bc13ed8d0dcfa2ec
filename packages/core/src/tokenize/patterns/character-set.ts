import type { CharacterClassNode, CharacterSetNode, Node } from 'oniguruma-parser/parser'

/** Whether a code point is in a set. */
export type CharacterSet = (codePoint: number) => boolean

/** Throws an Error whose message is a phrase saying what is not supported. */
export function unsupported(what: string): never {
  throw new Error(what)
}

/** Oniguruma's set names, used in patterns as `[:name:]` and `\p{Name}`, that are not Unicode properties. */
const namedSets: Readonly<Record<string, string>> = {
  alnum: '\\p{Alphabetic}\\p{Nd}',
  alpha: '\\p{Alphabetic}',
  any: '\\p{Any}',
  ascii: '\\p{ASCII}',
  blank: '\\t\\p{Zs}',
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  lower: '\\p{Lowercase}',
  punct: '\\p{P}\\p{S}',
  space: '\\p{White_Space}',
  upper: '\\p{Uppercase}',
  word: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}',
  xdigit: '0-9A-Fa-f',
}

/** Sets that contain either all or none of the cases of a letter. */
const caseless =
  /^(L|M|N|P|S|Z|C|Nd|Nl|No|Letter|Mark|Number|Punctuation|Symbol|alnum|alpha|any|space|word|digit)$/i

/**
 * The set of one pattern element: a character, a range, a class or a named set, as in Oniguruma. For recently added Unicode
 * characters, JavaScript's properties apply.
 *
 * @param fold whether letters match both cases
 */
export function characterSet(node: Node, fold: boolean, inClass = false): CharacterSet {
  switch (node.type) {
    case 'Character':
      return literal(node.value, fold)
    case 'CharacterClassRange':
      return range(node.min.value, node.max.value, fold)
    case 'CharacterClass':
      return characterClass(node, fold)
    case 'CharacterSet':
      return namedSet(node, fold, inClass)
    default:
      return unsupported(`${node.type} in a class`)
  }
}

function characterClass({ kind, negate, body }: CharacterClassNode, fold: boolean): CharacterSet {
  const sets = body.map((element) => characterSet(element, fold, true))
  const all: CharacterSet =
    kind === 'intersection'
      ? (codePoint) => sets.every((set) => set(codePoint))
      : (codePoint) => sets.some((set) => set(codePoint))
  return negate ? (codePoint) => !all(codePoint) : all
}

function literal(value: number, fold: boolean): CharacterSet {
  if (!fold || !/\p{L}/u.test(String.fromCodePoint(value))) return (codePoint) => codePoint === value
  // Other letters have cases with several characters, such as ß and SS.
  if (value > 0x7f) return unsupported('case-insensitive letters outside ASCII')
  return tester(String.fromCodePoint(value), 'iu')
}

function range(min: number, max: number, fold: boolean): CharacterSet {
  if (!fold) return (codePoint) => codePoint >= min && codePoint <= max
  if (max > 0x7f) return unsupported('case-insensitive ranges outside ASCII')
  const [first, last] = [min, max].map((value) => `\\x${value.toString(16).padStart(2, '0')}`)
  return tester(`[${first}-${last}]`, 'iu')
}

function namedSet(node: CharacterSetNode, fold: boolean, inClass: boolean): CharacterSet {
  const set = positiveSet(node, fold, inClass)
  return node.negate ? (codePoint) => !set(codePoint) : set
}

function positiveSet({ kind, value }: CharacterSetNode, fold: boolean, inClass: boolean): CharacterSet {
  switch (kind) {
    case 'any':
      return () => true
    case 'dot':
    case 'newline':
      return kind === 'dot' ? (codePoint) => codePoint !== 0x0a : (codePoint) => codePoint === 0x0a
    case 'hex':
      return tester('[0-9A-Fa-f]')
    case 'digit':
    case 'space':
      return tester(`[${namedSets[kind]}]`)
    case 'word':
      // Outside a class, Oniguruma's \w also includes Latin-1's superscripts and fractions.
      return tester(inClass ? `[${namedSets.word}]` : `[${namedSets.word}²³¹¼-¾]`)
    case 'posix':
    case 'property':
      if (fold && !caseless.test(value)) return unsupported(`${value} without regard to case`)
      return property(value)
    default:
      return unsupported(`a ${kind}`)
  }
}

function property(name: string): CharacterSet {
  const slug = name.toLowerCase().replace(/[-_ ]/g, '')
  if (Object.hasOwn(namedSets, slug)) return tester(`[${namedSets[slug]}]`)
  const written = name.replace(
    /(^|[-_ ])(\p{L})/gu,
    (_, gap, letter) => `${gap && '_'}${letter.toUpperCase()}`,
  )
  for (const source of [`\\p{${name}}`, `\\p{${written}}`, `\\p{Script=${written}}`]) {
    try {
      return tester(source)
    } catch {
      // Try the next spelling.
    }
  }
  return unsupported(`the property ${name}`)
}

function tester(source: string, flags = 'u'): CharacterSet {
  const expression = new RegExp(`^${source}$`, flags)
  return (codePoint) => expression.test(String.fromCodePoint(codePoint))
}
