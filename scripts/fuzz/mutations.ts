import fc from 'fast-check'
import type { Files } from './fuzzed-reader.ts'

/** A change of bytes. Positions are fractions of the length, so that they apply to files of any length. */
type Mutation = (bytes: Uint8Array) => Uint8Array

/** Maximum bytes of a mutated file. */
const mostBytes = 2 ** 22

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const at = (bytes: Uint8Array, part: number) => Math.floor(part * (bytes.length + 1))

const oddNumbers = [
  0n,
  1n,
  2n,
  8n,
  255n,
  256n,
  65535n,
  65536n,
  2n ** 20n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
]
const largeNumbers = [
  2n ** 32n,
  2n ** 40n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n - 8n,
]

/** A little-endian integer, as in counts and offsets. */
const number: fc.Arbitrary<Uint8Array> = fc
  .record({ value: fc.constantFrom(...oddNumbers, ...largeNumbers), size: fc.constantFrom(1, 2, 4, 8) })
  .map(({ value, size }) => new Uint8Array(BigUint64Array.of(value).buffer.slice(0, size)))

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function spliced(bytes: Uint8Array, start: number, end: number, inserted: Uint8Array): Uint8Array {
  return joined([bytes.subarray(0, start), inserted, bytes.subarray(end)])
}

function range(bytes: Uint8Array, from: number, to: number): readonly [number, number] {
  const [a, b] = [at(bytes, from), at(bytes, to)]
  return a < b ? [a, b] : [b, a]
}

const flips: fc.Arbitrary<Mutation> = fc
  .array(fc.tuple(share, fc.nat(7)), { minLength: 1, maxLength: 8 })
  .map((flips) => (bytes) => {
    const result = bytes.slice()
    for (const [part, bit] of flips) {
      const place = Math.floor(part * bytes.length)
      if (place < bytes.length) result[place]! ^= 1 << bit
    }
    return result
  })

const overwrites: fc.Arbitrary<Mutation> = fc
  .tuple(share, fc.oneof(number, fc.uint8Array({ maxLength: 16 })))
  .map(([part, written]) => (bytes) => {
    const start = at(bytes, part)
    return spliced(bytes, start, Math.min(start + written.length, bytes.length), written)
  })

const cuts: fc.Arbitrary<Mutation> = fc
  .tuple(share, share, fc.constantFrom('start', 'end', 'middle'))
  .map(([from, to, part]) => (bytes) => {
    const [start, end] = range(bytes, from, to)
    if (part === 'start') return bytes.slice(start)
    return part === 'end' ? bytes.slice(0, start) : spliced(bytes, start, end, new Uint8Array(0))
  })

const inserts: fc.Arbitrary<Mutation> = fc
  .tuple(share, fc.oneof(number, fc.uint8Array({ minLength: 1, maxLength: 64 })))
  .map(
    ([part, inserted]) =>
      (bytes) =>
        spliced(bytes, at(bytes, part), at(bytes, part), inserted),
  )

/** Repeats short ranges many times, or long ones a few times. */
const repeats: fc.Arbitrary<Mutation> = fc
  .tuple(share, fc.oneof(fc.nat(8), fc.nat(4096)), fc.constantFrom(1, 2, 10, 1000, 20_000))
  .map(([part, length, times]) => (bytes) => {
    const start = at(bytes, part)
    const piece = bytes.subarray(start, start + length)
    const count = Math.min(times, Math.floor(mostBytes / Math.max(piece.length, 1)))
    const repeated = new Uint8Array(piece.length * count)
    for (let i = 0; i < count; i++) repeated.set(piece, i * piece.length)
    return spliced(bytes, start, start, repeated)
  })

const splices = (others: readonly Uint8Array[]): fc.Arbitrary<Mutation> =>
  fc.tuple(share, share, share, fc.constantFrom(...others)).map(([part, from, to, other]) => (bytes) => {
    const [start, end] = range(other, from, to)
    return spliced(bytes, at(bytes, part), at(bytes, part), other.subarray(start, end))
  })

/**
 * Damages bytes: flipped bits, overwritten numbers and bytes, cuts, inserts, repeats, and pieces of other files.
 *
 * @param others files of the same kind
 */
export function mutations(others: readonly Uint8Array[]): fc.Arbitrary<Mutation> {
  const mutation = fc.oneof(flips, overwrites, cuts, inserts, repeats, splices(others))
  return fc
    .array(mutation, { minLength: 1, maxLength: 4 })
    .map((all) => (bytes) => all.reduce((latest, mutate) => mutate(latest).subarray(0, mostBytes), bytes))
}

/** Files, one of which is damaged. */
export function damaged(files: fc.Arbitrary<Files>, others: readonly Uint8Array[]): fc.Arbitrary<Files> {
  return fc.tuple(files, fc.nat(), mutations(others)).map(([whole, which, mutate]) => {
    const names = Object.keys(whole)
    const name = names[which % names.length]
    return name === undefined ? whole : { ...whole, [name]: mutate(whole[name] as Uint8Array) }
  })
}
