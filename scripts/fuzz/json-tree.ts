import fc from 'fast-check'
import { oddNames, oddTexts } from './odd-values.ts'

/** JSON whose objects may contain duplicate names: JSON text, a list, or fields in order. */
export type JsonTree = string | readonly JsonTree[] | { readonly fields: readonly Field[] }
type Field = readonly [name: string, value: JsonTree]

export function treeOf(value: unknown): JsonTree {
  if (Array.isArray(value)) return value.map(treeOf)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return { fields: Object.entries(value).map(([name, held]): Field => [JSON.stringify(name), treeOf(held)]) }
}

export function textOf(tree: JsonTree): string {
  if (typeof tree === 'string') return tree
  if ('fields' in tree) return `{${tree.fields.map(([name, value]) => `${name}:${textOf(value)}`).join(',')}}`
  return `[${tree.map(textOf).join(',')}]`
}

/** A change to one node of a tree, within its object or list. */
type Change =
  | { readonly kind: 'replace'; readonly by: string }
  | { readonly kind: 'remove' | 'double' | 'escape' }
  | { readonly kind: 'rename' | 'add'; readonly name: string; readonly by: string }
  | { readonly kind: 'copy'; readonly from: number }
  | { readonly kind: 'many'; readonly times: number }
  | { readonly kind: 'nest'; readonly depth: number; readonly list: boolean }

const changeOf = (texts: fc.Arbitrary<string>): fc.Arbitrary<Change> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace' as const), by: texts }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'double', 'escape') }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('rename', 'add'), name: oddNames, by: texts }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const), from: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('many' as const), times: fc.constantFrom(2, 300, 20_000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('nest' as const),
        depth: fc.constantFrom(1, 20, 99, 101, 10_000),
        list: fc.boolean(),
      }),
    },
  )

/**
 * JSON texts like those of `trees`, with some values and names changed: replaced by odd ones, missing, duplicated (also with two
 * spellings), taken from another field, repeated very often, or nested.
 *
 * @param texts additional values to insert
 */
export function changedJson(
  trees: fc.Arbitrary<JsonTree>,
  texts: fc.Arbitrary<string> = fc.constant('0'),
): fc.Arbitrary<string> {
  const changes = fc.array(
    fc.tuple(fc.nat(), changeOf(fc.oneof({ weight: 3, arbitrary: oddTexts }, texts))),
    {
      maxLength: 3,
    },
  )
  return fc
    .tuple(trees, changes)
    .map(([tree, all]) =>
      textOf(all.reduce((latest, [where, change]) => changed(latest, where % count(latest), change), tree)),
    )
}

const children = (tree: JsonTree): readonly JsonTree[] => {
  if (typeof tree === 'string') return []
  return 'fields' in tree ? tree.fields.map(([, value]) => value) : tree
}

/** Number of nodes in a tree, including itself. */
const count = (tree: JsonTree): number => children(tree).reduce((sum, child) => sum + count(child), 1)

/** The node at an index, counted from the root, which is 0. */
function nodeAt(tree: JsonTree, place: number): JsonTree {
  let at = 1
  for (const child of children(tree)) {
    const size = count(child)
    if (place > 0 && place < at + size) return nodeAt(child, place - at)
    at += size
  }
  return tree
}

function changed(tree: JsonTree, place: number, change: Change, whole = tree): JsonTree {
  if (place === 0) return changedField(['""', tree], change, whole)[0]?.[1] ?? 'null'
  const fields =
    typeof tree === 'string' ? [] : 'fields' in tree ? tree.fields : tree.map((item): Field => ['""', item])
  let at = 1
  const result: Field[] = []
  for (const field of fields) {
    const size = count(field[1])
    if (place === at) for (const own of changedField(field, change, whole)) result.push(own)
    else if (place > at && place < at + size)
      result.push([field[0], changed(field[1], place - at, change, whole)])
    else result.push(field)
    at += size
  }
  return typeof tree === 'object' && 'fields' in tree ? { fields: result } : result.map(([, value]) => value)
}

/** Maximum fields or items that a change makes of one. */
const mostTimes = 2 ** 21

function changedField([name, value]: Field, change: Change, whole: JsonTree): Field[] {
  switch (change.kind) {
    case 'replace':
      return [[name, change.by]]
    case 'remove':
      return []
    case 'double':
      return [
        [name, value],
        [name, value],
      ]
    case 'escape':
      return [
        [name, value],
        [escaped(name), value],
      ]
    case 'rename':
      return [[change.name, value]]
    case 'add':
      return [
        [name, value],
        [change.name, change.by],
      ]
    case 'copy':
      return [[name, nodeAt(whole, change.from % count(whole))]]
    case 'many': {
      const most = Math.min(change.times, Math.ceil(mostTimes / (name.length + textOf(value).length)))
      return Array.from({ length: most }, (_, i): Field => [`"${i}${name.slice(1)}`, value])
    }
    case 'nest': {
      const [open, close] = change.list ? ['[', ']'] : ['{"a":', '}']
      return [[name, `${open.repeat(change.depth)}${textOf(value)}${close.repeat(change.depth)}`]]
    }
  }
}

/** The same name spelled with an escape sequence. */
const escaped = (name: string) =>
  name.replace(/[a-z_]/, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
