import { failed, unsupported } from '../template-error.ts'
import { isList, Markup, PythonObject, Tuple, typeName, Undefined, type Value } from './values.ts'

/** Python's `dict`: keys are equal if Python considers them equal, so that 1, 1.0 and True are one key. */
export class Dict extends PythonObject {
  readonly typeName = 'dict'
  readonly #entries = new Map<unknown, readonly [Value, Value]>()

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super()

    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Only used while a dict is built; dicts never change later. */
  set(key: Value, value: Value): void {
    const hash = hashOf(key)
    const known = this.#entries.get(hash)
    this.#entries.set(hash, [known ? known[0] : key, value])
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1]
  }

  has(key: Value): boolean {
    return this.#entries.has(hashOf(key))
  }

  entries(): IterableIterator<readonly [Value, Value]> {
    return this.#entries.values()
  }

  *keys(): IterableIterator<Value> {
    for (const [key] of this.#entries.values()) yield key
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this.#entries.values()) yield value
  }
}

/** The result of a dict's `keys()`, `values()` or `items()`. */
export class DictView extends PythonObject {
  readonly typeName: string
  readonly kind: 'keys' | 'values' | 'items'
  readonly dict: Dict

  constructor(kind: 'keys' | 'values' | 'items', dict: Dict) {
    super()
    this.kind = kind
    this.dict = dict
    this.typeName = `dict_${kind}`
  }

  *items(): IterableIterator<Value> {
    if (this.kind === 'items') for (const entry of this.dict.entries()) yield new Tuple(entry)
    else yield* this.dict[this.kind]()
  }
}

const undefinedKey = Symbol('Undefined')

/** A value that two keys share if and only if they are equal. Throws for unhashable values. */
export function hashOf(key: Value): unknown {
  switch (typeof key) {
    case 'boolean':
      return key ? 1n : 0n
    case 'number':
      return Number.isInteger(key) ? BigInt(key) : key
    case 'string':
      // Prevents collisions with the hashes of tuples, which also start with \0.
      return key.startsWith('\0') ? `\0str${key}` : key
  }
  if (key instanceof Markup) return hashOf(key.text)
  if (key instanceof Undefined) return undefinedKey
  if (isList(key) || key instanceof Dict || key instanceof DictView)
    throw failed(`TypeError: unhashable type: '${typeName(key)}'`)
  if (!(key instanceof Tuple)) return key
  const parts: string[] = ['\0']
  addHash(key, parts)
  return parts.join('')
}

/** Limits for the hash of a tuple: number of parts, including nested ones, and characters per part. */
const [mostParts, mostCharacters] = [100, 1000]

/** Adds each item with its type and length, so that different tuples have different hashes. */
function addHash(item: Value, parts: string[]): void {
  if (parts.length > mostParts) throw unsupported(`tuples of more than ${mostParts} values as keys`)
  if (item instanceof Tuple) {
    parts.push(`t${item.items.length}:`)
    for (const inner of item.items) addHash(inner, parts)
    return
  }
  const hash = hashOf(item)
  if (hash !== null && !['bigint', 'number', 'string'].includes(typeof hash))
    throw unsupported(`a ${typeName(item)} within a tuple as a key`)
  const text = String(hash)
  if (text.length > mostCharacters)
    throw unsupported(`texts of more than ${mostCharacters} characters within a tuple as a key`)
  parts.push(`${typeof hash}${text.length}:${text}`)
}
