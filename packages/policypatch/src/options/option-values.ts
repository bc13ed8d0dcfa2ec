import { PatchError } from '@policypatch/core'
import { InvalidArgumentError } from 'commander'

/** Returns a parser for an option's value: a number in [least, most]. */
export function number(least: number, most = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a number${range(least, most)}.`)
  }
}

/** Returns a parser for an option's value: an integer in [least, most]. */
export function integer(least: number, most = Number.POSITIVE_INFINITY) {
  const parse = number(least, most)
  return (text: string): number => {
    const value = parse(text)
    if (Number.isInteger(value)) return value
    throw new InvalidArgumentError(`It must be an integer${range(least, most)}.`)
  }
}

/** Parses a non-empty text. */
export function text(value: string): string {
  if (value.trim() !== '') return value
  throw new InvalidArgumentError('It must not be empty.')
}

/** Parses comma-separated numbers, each at least 0. */
export function numbers(text: string): number[] {
  return text.split(',').map(number(0))
}

/** Collects the values of an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** Parses an option whose value names an environment variable, and returns the key in that variable. */
export function keyFromEnvironment(name: string): string {
  const key = process.env[name]
  if (key) return key
  throw new InvalidArgumentError('This environment variable is not set.')
}

/** Parses an option's value as a JSON object. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new InvalidArgumentError(`It must be a JSON object: ${(cause as Error).message}.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new InvalidArgumentError('It must be a JSON object.')
}

function range(least: number, most: number): string {
  if (least === Number.NEGATIVE_INFINITY) return ''
  return most === Number.POSITIVE_INFINITY ? ` of at least ${least}` : ` from ${least} to ${most}`
}

/**
 * Reads a secret from an environment variable. On a command line, others could read it.
 *
 * @param what a description of the secret with its article, for messages
 * @throws PatchError `INVALID_ARGUMENT` if the variable is not set
 */
export function secretIn(name: string, what: string): string {
  const { [name]: secret } = process.env
  if (secret) return secret
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `${what} in the environment variable ${name}`,
    found: 'none',
    remedy: 'Set it, or leave the option out',
  })
}
