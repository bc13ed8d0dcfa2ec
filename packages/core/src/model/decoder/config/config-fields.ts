import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'

export type Json = Readonly<Record<string, unknown>>

/** A configuration value as a number; NaN if it is not one. */
export function numeric(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN
}

/** Typed access to a configuration: each getter throws `MALFORMED` naming the field, unless a default is given. */
export interface Fields {
  /** From 1 to 2³¹ − 1. */
  integer(name: string, otherwise?: number): number
  /** Finite and greater than 0. */
  positive(name: string, otherwise?: number): number
  /** Finite and at least 0. */
  nonnegative(name: string, otherwise?: number): number
  text(name: string, otherwise?: string): string
  flag(name: string, otherwise: boolean): boolean
}

/**
 * Typed access to the fields of a configuration.
 *
 * @param file name of the file in messages
 * @param prefix prepended to every name
 */
export function fieldsOf(json: Json, file: string, prefix = ''): Fields {
  function get<T>(
    name: string,
    kind: string,
    fits: (value: unknown) => boolean,
    otherwise: T | undefined,
  ): T {
    const value = Object.hasOwn(json, prefix + name) ? json[prefix + name] : undefined
    const known = typeof value === 'bigint' ? Number(value) : value
    if ((known === undefined || known === null) && otherwise !== undefined) return otherwise
    if (fits(known)) return known as T
    throw new PatchError('MALFORMED', {
      expected: `${kind} under ${prefix}${name} in ${file}`,
      found: describeValue(known),
      remedy: 'The model is incomplete or damaged; download it again',
    })
  }
  const isInteger = (value: unknown) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31
  return {
    integer: (name, otherwise) => get(name, 'an integer from 1 to 2147483647', isInteger, otherwise),
    positive: (name, otherwise) =>
      get(name, 'a positive number', (v) => Number.isFinite(v) && (v as number) > 0, otherwise),
    nonnegative: (name, otherwise) =>
      get(name, 'a number of at least 0', (v) => Number.isFinite(v) && (v as number) >= 0, otherwise),
    text: (name, otherwise) => get(name, 'a text', (v) => typeof v === 'string', otherwise),
    flag: (name, otherwise) => get(name, 'true or false', (v) => typeof v === 'boolean', otherwise),
  }
}
