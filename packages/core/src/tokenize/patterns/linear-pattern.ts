/**
 * Matches Oniguruma's patterns with the results of a backtracking engine, but in time and memory linear in the text, whatever the
 * pattern. What a state of the pattern matches from a position does not depend on how it was reached (group references are not
 * supported). Going through the text backwards, each state's match therefore follows from those at the next character. The result
 * is the non-overlapping matches from left to right.
 */
import { parse } from 'oniguruma-parser/parser'
import type { Place } from './assertion.ts'
import type { Pattern } from './pattern.ts'
import { compileProgram, type Program, type State } from './pattern-program.ts'

/** Known patterns have up to 500 characters. */
const longest = 5000

export interface LinearPatternOptions {
  /** Whether `^` and `$` match only the ends of the text, as in JavaScript, and not those of each line. Default false. */
  readonly singleLine?: boolean
}

/** Throws an Error whose message is a phrase saying what is not supported, or what is wrong with the pattern. */
export function linearPattern(source: string, { singleLine = false }: LinearPatternOptions = {}): Pattern {
  if (source.length > longest) throw new Error(`a pattern of ${source.length} characters`)
  // The parser treats it like [:punct:], which also includes symbols.
  if (/\\p\{\^?punct\}/i.test(source)) throw new Error('\\p{Punct}; write \\p{P}')
  const { body } = parse(source, {
    skipPropertyNameValidation: true,
    rules: { singleline: singleLine },
  })
  const program = compileProgram(body)
  const states = table(program)
  const classes = classifier(program)
  return { find: (text) => nonOverlapping(text, states, classes) }
}

/** The sets of a program that a character belongs to, computed once per distinct character. */
interface Classifier {
  /** 1 for each set that contains it, else 0. */
  membersOf(codePoint: number): Uint8Array
  /** Membership of no set. */
  readonly nothing: Uint8Array
}

function classifier({ sets }: Program): Classifier {
  const known: Uint8Array[] = []
  const distinct = new Map<string, Uint8Array>()
  const find = (codePoint: number) => {
    const members = Uint8Array.from(sets, (set) => Number(set(codePoint)))
    const key = members.join()
    const same = distinct.get(key)
    if (!same) distinct.set(key, members)
    return same ?? members
  }
  return {
    nothing: new Uint8Array(sets.length),
    membersOf(codePoint) {
      const members = known[codePoint] ?? find(codePoint)
      known[codePoint] = members
      return members
    },
  }
}

function nonOverlapping(text: string, states: Table, classes: Classifier): number[] {
  const codePoints = Int32Array.from(text, (character) => character.codePointAt(0)!)
  const ends = matchEnds(codePoints, states, classes)
  const found: number[] = []
  let unit = 0
  let start = 0
  const unitAt = (place: number) => {
    for (; start < place; start++) unit += codePoints[start]! > 0xffff ? 2 : 1
    return unit
  }
  let lastEnd = -1
  for (let at = 0; at <= codePoints.length; ) {
    const end = ends[at]!
    if (end < 0 || (end === at && lastEnd === at)) {
      at++
    } else {
      found.push(unitAt(at), unitAt(end))
      at = end
      lastEnd = end
    }
  }
  return found
}

const none = -1

const [end, one, either, take, look, where, atomic] = [0, 1, 2, 3, 4, 5, 6]

/** The states in evaluation order, as numbers, which are faster to iterate over than objects. */
interface Table {
  readonly kinds: Uint8Array
  /** The index of a set, whether a `look` is negated, or the index of a `where`. */
  readonly options: Int32Array
  readonly firsts: Int32Array
  readonly seconds: Int32Array
  readonly start: number
  readonly conditions: readonly ((place: Place) => boolean)[]
}

function table({ states, start, order }: Program): Table {
  const rank = new Int32Array(states.length)
  order.forEach((state, i) => {
    rank[state] = i
  })
  const conditions: ((place: Place) => boolean)[] = []
  const rows = order.map((index) => row(states[index]!, conditions))
  const ranks = (column: number) => Int32Array.from(rows, (values) => rank[values[column]!] ?? none)
  return {
    kinds: Uint8Array.from(rows, ([kind]) => kind),
    options: Int32Array.from(rows, ([, option]) => option),
    firsts: ranks(2),
    seconds: ranks(3),
    start: rank[start]!,
    conditions,
  }
}

function row(
  state: State,
  conditions: ((place: Place) => boolean)[],
): [kind: number, option: number, first: number, second: number] {
  switch (state.kind) {
    case 'end':
      return [end, 0, none, none]
    case 'one':
      return [one, state.set, state.next, none]
    case 'either':
      return [either, 0, state.first, state.second]
    case 'take':
      return [take, state.set, state.more, state.next]
    case 'look':
      return [look, Number(state.negate), state.next, state.body]
    case 'where':
      return [where, conditions.push(state.holds) - 1, state.next, none]
    case 'atomic':
      return [atomic, 0, state.next, state.body]
  }
}

/** The end of the match from each position, -1 if there is none. */
function matchEnds(codePoints: Int32Array, states: Table, classes: Classifier): Int32Array {
  const { kinds, options, firsts, seconds, start, conditions } = states
  const length = codePoints.length
  const count = kinds.length
  const ends = new Int32Array(length + 1)
  /** The values at all positions of the states that follow atomic groups. */
  const columns = new Map<number, Int32Array>()
  kinds.forEach((kind, i) => {
    if (kind === atomic) columns.set(firsts[i]!, new Int32Array(length + 1))
  })
  let here = new Int32Array(count)
  let after = new Int32Array(count).fill(none)
  let members = classes.nothing
  for (let at = length; at >= 0; at--) {
    if (at < length) members = classes.membersOf(codePoints[at]!)
    for (let i = 0; i < count; i++) {
      const first = firsts[i]!
      let value = none
      switch (kinds[i]) {
        case end:
          value = at
          break
        case one:
          if (members[options[i]!]) value = after[first]!
          break
        case either:
          value = here[first]!
          if (value === none) value = here[seconds[i]!]!
          break
        case take:
          value = members[options[i]!] ? after[first]! : here[seconds[i]!]!
          break
        case look:
          if ((here[seconds[i]!] === none) === (options[i] === 1)) value = here[first]!
          break
        case where:
          if (conditions[options[i]!]!({ codePoints, at })) value = here[first]!
          break
        case atomic: {
          const stop = here[seconds[i]!]!
          if (stop !== none) value = stop === at ? here[first]! : columns.get(first)![stop]!
        }
      }
      here[i] = value
    }
    for (const [state, column] of columns) column[at] = here[state]!
    ends[at] = here[start]!
    const next = after
    after = here
    here = next
  }
  return ends
}
