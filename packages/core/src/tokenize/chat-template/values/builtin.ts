import { failed } from '../template-error.ts'
import { type Call, type Run, typeName, Undefined, type Value } from './values.ts'

/** A parameter: its name, and its default if it has one. */
type Parameter = string | readonly [name: string, otherwise: Value]

/** A Python function with fixed parameters, which can be given by position or by name. */
export function builtin(
  name: string,
  parameters: readonly Parameter[],
  body: (run: Run, ...values: Value[]) => Value,
): Call {
  const names = parameters.map((parameter) => (typeof parameter === 'string' ? parameter : parameter[0]))
  return (run, args, keywords) => {
    if (args.length > names.length)
      throw failed(`TypeError: ${name}() takes at most ${names.length} arguments (${args.length} given)`)
    for (const keyword of keywords.keys())
      if (!names.includes(keyword))
        throw failed(`TypeError: ${name}() got an unexpected keyword argument '${keyword}'`)
    const values = parameters.map((parameter, at) => {
      const key = names[at]!
      if (at < args.length) {
        if (keywords.has(key)) throw failed(`TypeError: ${name}() got multiple values for argument '${key}'`)
        return args[at]!
      }
      const given = keywords.get(key)
      if (given !== undefined) return given
      if (typeof parameter === 'string') throw failed(`TypeError: ${name}() missing argument '${key}'`)
      return parameter[1]
    })
    return body(run, ...values)
  }
}

/** The same with positional-only parameters, as in most methods of `str`. */
export function byPlace(
  name: string,
  least: number,
  most: number,
  body: (run: Run, ...values: (Value | undefined)[]) => Value,
): Call {
  return (run, args, keywords) => {
    if (keywords.size > 0) throw failed(`TypeError: ${name}() takes no keyword arguments`)
    if (args.length < least || args.length > most)
      throw failed(`TypeError: ${name}() takes ${least} to ${most} arguments (${args.length} given)`)
    return body(run, ...args)
  }
}

/** An integer argument (`__index__`). */
export function needInteger(value: Value): number {
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Undefined) throw value.error()
  if (typeof value !== 'bigint')
    throw failed(`TypeError: '${typeName(value)}' object cannot be interpreted as an integer`)
  // Clamped far beyond any length.
  const most = 2n ** 52n
  return Number(value > most ? most : value < -most ? -most : value)
}
