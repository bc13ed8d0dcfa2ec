import { failed, unsupported } from '../template-error.ts'
import { builtin, byPlace, needInteger } from '../values/builtin.ts'
import { equals } from '../values/comparisons.ts'
import { Dict, DictView } from '../values/dict.ts'
import { iterate, rest } from '../values/iterate.ts'
import { bitsOf, repr } from '../values/text-of.ts'
import { type Call, Callable, itemsOf, type Run, type Tuple, type Value } from '../values/values.ts'

export const tupleMethods: Readonly<Record<string, (self: readonly Value[] | Tuple) => Call>> = {
  count: (self) =>
    byPlace('count', 1, 1, (run, value) =>
      BigInt(itemsOf(self)!.filter((item) => equals(run, item, value!)).length),
    ),
  index: (self) =>
    byPlace('index', 1, 3, (run, value, start = 0n, stop) => {
      const items = itemsOf(self)!
      const place = (at: Value) => {
        const index = needInteger(at)
        return index < 0 ? Math.max(index + items.length, 0) : index
      }
      const end = stop === undefined ? items.length : Math.min(place(stop), items.length)
      for (let at = place(start); at < end; at++) if (equals(run, items[at]!, value!)) return BigInt(at)
      throw failed(`ValueError: ${repr(run, value!)} is not in list`)
    }),
}

export const listMethods: Readonly<Record<string, (self: readonly Value[]) => Call>> = {
  ...tupleMethods,
  copy: (self) =>
    byPlace('copy', 0, 0, (run) => {
      run.fuel.items(self.length)
      return [...self]
    }),
}

export const dictMethods: Readonly<Record<string, (self: Dict) => Call>> = {
  get: (self) =>
    byPlace('get', 1, 2, (_, key, otherwise = null) => {
      const value = self.get(key!)
      return value === undefined ? otherwise : value
    }),
  keys: (self) => byPlace('keys', 0, 0, () => new DictView('keys', self)),
  values: (self) => byPlace('values', 0, 0, () => new DictView('values', self)),
  items: (self) => byPlace('items', 0, 0, () => new DictView('items', self)),
  copy: (self) =>
    byPlace('copy', 0, 0, (run) => {
      run.fuel.items(2 * self.size)
      return new Dict(self.entries())
    }),
  fromkeys: () => fromKeys,
}

/** `dict.fromkeys`. */
export const fromKeys: Call = byPlace('fromkeys', 1, 2, (run, keys, value = null) => {
  const dict = new Dict()
  for (const key of rest(iterate(run, keys!))) {
    run.fuel.items(2)
    dict.set(key, value)
  }
  return dict
})

/** `dict(...)`: from a mapping or pairs, and from keyword arguments. */
export const makeDict: Call = (run, args, keywords) => {
  if (args.length > 1) throw failed(`TypeError: dict expected at most 1 argument, got ${args.length}`)
  const entries = args.length === 1 ? pairsOf(run, args[0]!) : []
  run.fuel.items(2 * (entries.length + keywords.size))
  return new Dict([...entries, ...keywords])
}

function pairsOf(run: Run, value: Value): readonly (readonly [Value, Value])[] {
  if (value instanceof Dict) return [...value.entries()]
  const pairs: (readonly [Value, Value])[] = []
  for (const item of rest(iterate(run, value))) {
    const pair = [...rest(iterate(run, item))]
    if (pair.length !== 2)
      throw failed(`ValueError: dictionary update sequence element has length ${pair.length}; 2 is required`)
    pairs.push(pair as [Value, Value])
  }
  return pairs
}

/** Attributes of numbers and bools. */
export function numberAttributes(object: Value, name: string): Value | undefined {
  const whole = typeof object === 'boolean' ? BigInt(object) : object
  const method = (result: Value) =>
    new Callable(
      name,
      builtin(name, [], () => result),
    )
  if (typeof whole === 'bigint') {
    switch (name) {
      case 'real':
      case 'numerator':
        return whole
      case 'imag':
        return 0n
      case 'denominator':
        return 1n
      case 'conjugate':
        return method(whole)
      case 'bit_length': {
        if (bitsOf(whole) > 2 ** 16) throw unsupported('bit_length of integers of more than 65536 bits')
        return method(whole === 0n ? 0n : BigInt((whole < 0n ? -whole : whole).toString(2).length))
      }
    }
  }
  if (typeof whole === 'number') {
    switch (name) {
      case 'real':
        return whole
      case 'imag':
        return 0
      case 'conjugate':
        return method(whole)
      case 'is_integer':
        return method(Number.isInteger(whole))
    }
  }
  return undefined
}
