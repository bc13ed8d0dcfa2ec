/**
 * A pattern as a graph of states. Each state determines, for each start in a text, where the rest of the pattern's match ends,
 * from other states at the same position or at the next character; see `linear-pattern.ts`, which runs it.
 */
import type {
  AlternativeElementNode,
  AlternativeNode,
  LookaroundAssertionNode,
  QuantifierNode,
} from 'oniguruma-parser/parser'
import { assertion, type Place } from './assertion.ts'
import { type CharacterSet, characterSet, unsupported } from './character-set.ts'

export type State =
  | { readonly kind: 'end' }
  /** One character of a set, then `next`. */
  | { readonly kind: 'one'; readonly set: number; next: number }
  /** `first` if it matches, else `second`. */
  | { readonly kind: 'either'; first: number; second: number }
  /** If a character of the set is here, consumes it, then `more`; else `next`. */
  | { readonly kind: 'take'; readonly set: number; more: number; readonly next: number }
  /** `next`, if `body` matches here (or does not, if negated). */
  | { readonly kind: 'look'; readonly negate: boolean; readonly body: number; readonly next: number }
  /** `next`, if the position satisfies the condition. */
  | { readonly kind: 'where'; readonly holds: (place: Place) => boolean; readonly next: number }
  /** `next`, from the end of the first match of `body`. */
  | { readonly kind: 'atomic'; readonly body: number; readonly next: number }

export interface Program {
  readonly states: readonly State[]
  readonly start: number
  /** States in an order such that each comes after those it needs at the same position. */
  readonly order: readonly number[]
  readonly sets: readonly CharacterSet[]
}

/** Known patterns have up to 100. */
const mostStates = 500

interface Flags {
  readonly ignoreCase: boolean
  readonly dotAll: boolean
}

/** Throws an Error whose message is a phrase saying what is not supported. */
export function compileProgram(alternatives: readonly AlternativeNode[]): Program {
  const states: State[] = []
  const sets: CharacterSet[] = []

  const add = (state: State): number => {
    if (states.length === mostStates) unsupported(`more than ${mostStates} states`)
    return states.push(state) - 1
  }

  const either = (nodes: readonly AlternativeNode[], next: number, flags: Flags): number =>
    withFlagsAsGroups(nodes)
      .map(({ body }) => body.reduceRight((rest, node) => element(node, rest, flags), next))
      .reduceRight((second, first) => add({ kind: 'either', first, second }))

  const element = (node: AlternativeElementNode, next: number, flags: Flags): number => {
    switch (node.type) {
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
        return add({ kind: 'one', set: setOf(node, flags), next })
      case 'Quantifier':
        return repetition(node, next, flags)
      case 'CapturingGroup':
        return either(node.body, next, flags)
      case 'Group': {
        const inner = changed(flags, node.flags)
        return node.atomic
          ? add({ kind: 'atomic', body: either(node.body, end(), inner), next })
          : either(node.body, next, inner)
      }
      case 'LookaroundAssertion':
        return lookaround(node, next, flags)
      case 'Assertion':
        return add({ kind: 'where', holds: assertion(node), next })
      default:
        return unsupported(`a ${node.type.toLowerCase()}`)
    }
  }

  const end = () => add({ kind: 'end' })

  const setOf = (node: AlternativeElementNode, { ignoreCase, dotAll }: Flags): number => {
    const any = dotAll && node.type === 'CharacterSet' && node.kind === 'dot'
    return sets.push(any ? () => true : characterSet(node, ignoreCase)) - 1
  }

  const repetition = (node: QuantifierNode, next: number, flags: Flags): number => {
    const { kind, min, body } = node
    // The parser uses null for no limit, whatever its types say.
    const max = node.max ?? Number.POSITIVE_INFINITY
    if (max < min) return unsupported('a repetition with a maximum below its minimum')
    const isOne = /^Character(Class|Set)?$/.test(body.type)
    if (kind === 'possessive' && !isOne)
      return add({ kind: 'atomic', body: repetition({ ...node, kind: 'greedy' }, end(), flags), next })
    const set = kind === 'possessive' ? setOf(body, flags) : -1
    const once = (rest: number) => {
      const first = element(body, rest, flags)
      if (max > 1 && reachesHere(states, first, rest))
        unsupported('a repetition of a possibly empty expression')
      return first
    }
    let state = next
    if (max === Number.POSITIVE_INFINITY) state = endless(kind, once, next, set)
    else
      for (let i = min; i < max; i++) {
        if (set >= 0) state = add({ kind: 'take', set, more: state, next })
        else state = choice(kind, once(state), next)
      }
    for (let i = 0; i < min; i++) state = once(state)
    return state
  }

  const choice = (kind: QuantifierNode['kind'], more: number, next: number): number =>
    add(
      kind === 'lazy'
        ? { kind: 'either', first: next, second: more }
        : { kind: 'either', first: more, second: next },
    )

  const endless = (
    kind: QuantifierNode['kind'],
    once: (rest: number) => number,
    next: number,
    set: number,
  ): number => {
    if (set >= 0) {
      const taking: State = { kind: 'take', set, more: -1, next }
      taking.more = add(taking)
      return taking.more
    }
    const loop = choice(kind, -1, next)
    const again = once(loop)
    const state = states[loop] as Extract<State, { kind: 'either' }>
    if (kind === 'lazy') state.second = again
    else state.first = again
    return loop
  }

  const lookaround = (node: LookaroundAssertionNode, next: number, flags: Flags): number => {
    const { negate } = node
    if (node.kind === 'lookahead')
      return add({ kind: 'look', negate, body: either(node.body, end(), flags), next })
    const behind = node.body.map(({ body }) =>
      body.map((one) =>
        /^Character(Class|Set)?$/.test(one.type)
          ? characterSet(one, flags.ignoreCase)
          : unsupported('a lookbehind of more than single characters'),
      ),
    )
    const holds = ({ codePoints, at }: Place) =>
      negate !==
      behind.some((row) => row.length <= at && row.every((has, i) => has(codePoints[at - row.length + i]!)))
    return add({ kind: 'where', holds, next })
  }

  const start = either(alternatives, end(), { ignoreCase: false, dotAll: false })
  return { states, start, order: evaluationOrder(states), sets }
}

/** Flags that change within an alternative apply to the rest of it and to all following alternatives. */
function withFlagsAsGroups(nodes: readonly AlternativeNode[]): readonly AlternativeNode[] {
  for (const [i, { type, body }] of nodes.entries()) {
    for (const [j, node] of body.entries()) {
      if (node.type !== 'Directive') continue
      if (node.kind === 'keep') return unsupported('\\K')
      const rest = [{ type, body: body.slice(j + 1) }, ...nodes.slice(i + 1)]
      const group: AlternativeElementNode = { type: 'Group', flags: node.flags, body: rest }
      return [...nodes.slice(0, i), { type, body: [...body.slice(0, j), group] }]
    }
  }
  return nodes
}

function changed(
  flags: Flags,
  change: { readonly enable?: object; readonly disable?: object } | undefined,
): Flags {
  const turned = (names: object | undefined, to: boolean) =>
    Object.fromEntries(Object.keys(names ?? {}).map((name) => [name, to]))
  return { ...flags, ...turned(change?.disable, false), ...turned(change?.enable, true) }
}

/** Whether a state's value may depend on another state's at the same position. */
function reachesHere(states: readonly State[], from: number, target: number): boolean {
  const seen = new Set<number>()
  const queue = [from]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === target) return true
    if (at < 0 || seen.has(at)) continue
    seen.add(at)
    queue.push(...neededHere(states[at]!))
  }
  return false
}

function evaluationOrder(states: readonly State[]): number[] {
  const order: number[] = []
  const isDone = new Uint8Array(states.length)
  const visit = (at: number) => {
    if (isDone[at]) return
    isDone[at] = 1
    for (const needed of neededHere(states[at]!)) visit(needed)
    order.push(at)
  }
  states.forEach((_, at) => {
    visit(at)
  })
  return order
}

/** The states whose values at the same position determine a state's value. */
function neededHere(state: State): readonly number[] {
  switch (state.kind) {
    case 'end':
    case 'one':
      return []
    case 'either':
      return [state.first, state.second]
    case 'take':
    case 'where':
      return [state.next]
    case 'look':
    case 'atomic':
      return [state.body, state.next]
  }
}
