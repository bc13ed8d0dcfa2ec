import { PatchError } from '@policypatch/core'
import { integers, scalar } from './constant.ts'
import type { Attribute, Constant, ElementType, Result, Value } from './value.ts'

/**
 * Lengths that are known only when the graph runs. During tracing, a prime larger than any real length stands in for each of
 * them, so the factors of a traced dimension tell which free lengths it depends on. The graph computes the real shapes from the
 * shapes of its inputs.
 */
export interface FreeSizes {
  /** The prime that stands in for the length `name`. Throws `UNSUPPORTED` if there are more free lengths than primes. */
  standIn(name: string): number
  /** Records that this axis of an input has the length `name`. */
  found(name: string, input: Result, axis: number): void
  /** Whether a length is known only when the graph runs. */
  includes(length: number): boolean
  /** Lengths as a vector, for operators that take shapes as inputs. */
  vector(lengths: readonly number[]): Value
  /** Expands a constant in the graph if its shape depends on a free length; otherwise returns it unchanged. */
  expanded(constant: Constant): Value
  /** Names of the free axes of a shape; undefined if it has none. */
  names(key: string, shape: readonly number[]): Readonly<Record<number, string>> | undefined
}

type Add = (
  opType: string,
  inputs: readonly Value[],
  output: { readonly shape: readonly number[]; readonly dtype: ElementType },
  attributes?: Readonly<Record<string, Attribute>>,
) => Result

const primes = [400_009, 400_031] as const

const one = { shape: [1], dtype: 'int64' } as const

export function freeSizes(add: Add): FreeSizes {
  const standIns = new Map<string, number>()
  const places = new Map<number, { readonly input: Result; readonly axis: number }>()

  const lengthOf = (prime: number): Value => {
    const place = places.get(prime)
    if (!place) throw new Error('unreachable: inputs are placed when their lengths are named')
    return add('Shape', [place.input], one, { start: place.axis, end: place.axis + 1 })
  }
  /** A length as a vector [1], the product of its free and fixed factors. */
  const written = (length: number): Value => {
    let rest = length
    const factors: Value[] = []
    for (const prime of standIns.values()) {
      for (; rest % prime === 0; rest /= prime) factors.push(lengthOf(prime))
    }
    if (rest !== 1 || factors.length === 0) factors.push(integers([rest]))
    return factors.reduce((product, factor) => add('Mul', [product, factor], one))
  }

  const sizes: FreeSizes = {
    standIn(name) {
      const known = standIns.get(name) ?? primes[standIns.size]
      if (known === undefined) {
        throw new PatchError('UNSUPPORTED', {
          expected: `a program with at most ${primes.length} free lengths`,
          found: `${[...standIns.keys(), name].join(', ')}`,
          remedy: 'Compile it separately for each value of one of them',
        })
      }
      standIns.set(name, known)
      return known
    },
    found(name, input, axis) {
      places.set(sizes.standIn(name), { input, axis })
    },
    includes: (length) => length !== 0 && [...standIns.values()].some((prime) => length % prime === 0),
    vector(lengths) {
      if (!lengths.some(sizes.includes)) return integers(lengths)
      return lengths.length === 1
        ? written(lengths[0] as number)
        : add('Concat', lengths.map(written), { shape: [lengths.length], dtype: 'int64' }, { axis: 0 })
    },
    expanded(constant) {
      const { data, shape, dtype } = constant
      const numbers = typeof data === 'number' ? [data] : dtype === 'int64' ? Array.from(data, Number) : []
      const depends = shape.some(sizes.includes)
      if (!depends && !numbers.some(sizes.includes)) return constant
      if (depends && typeof data === 'number') {
        return add('Expand', [scalar(data, dtype), sizes.vector(shape)], { shape, dtype })
      }
      throw new PatchError('UNSUPPORTED', {
        expected: 'a program whose constants do not depend on a free length',
        found: `a constant ${depends ? `of shape [${shape}]` : `with ${numbers.find(sizes.includes)}`}, where ${[...standIns].map(([name, prime]) => `${prime} stands for ${name}`).join(', ')}`,
        remedy: 'Feed it, or compile the program for each length',
      })
    },
    names(key, shape) {
      const byPrime = new Map([...standIns].map(([name, prime]) => [prime, name]))
      const free = [...shape.entries()].flatMap(([axis, length]) =>
        sizes.includes(length) ? [[axis, byPrime.get(length) ?? `${key}.${axis}`] as const] : [],
      )
      return free.length === 0 ? undefined : Object.fromEntries(free)
    },
  }
  return sizes
}
