import { failed } from '../template-error.ts'
import { Dict } from '../values/dict.ts'
import {
  type Arguments,
  Callable,
  type Keywords,
  type Run,
  Tuple,
  Undefined,
  type Value,
} from '../values/values.ts'

export interface MacroSignature {
  /** Absent for the block of a call. */
  readonly name: string | undefined
  readonly parameters: readonly string[]
  /** Which of the special names `caller`, `kwargs` and `varargs` the body reads. */
  readonly takes: { readonly caller: boolean; readonly kwargs: boolean; readonly varargs: boolean }
}

/** The values for a macro's body: undefined for missing arguments. */
export type MacroValues = readonly (Value | undefined)[]

/**
 * A macro, or the block of a call. The body receives values for the parameters, then for `caller`, `kwargs` and `varargs` if it
 * reads them. Source: Jinja2 3.1.6, runtime.py.
 */
export class Macro extends Callable {
  readonly signature: MacroSignature

  constructor(signature: MacroSignature, body: (run: Run, values: MacroValues) => Value) {
    super(
      signature.name ?? 'caller',
      (run, args, keywords) => body(run, valuesOf(signature, args, keywords)),
      'Macro',
    )
    this.signature = signature
  }

  override attribute(name: string): Value | undefined {
    const { parameters, takes } = this.signature
    switch (name) {
      case '__repr__':
        return `<Macro ${this.signature.name === undefined ? 'anonymous' : `'${this.signature.name}'`}>`
      case 'name':
        return this.signature.name ?? null
      case 'arguments':
        return new Tuple(parameters)
      case 'catch_kwargs':
        return takes.kwargs
      case 'catch_varargs':
        return takes.varargs
      case 'caller':
        return takes.caller
      case 'explicit_caller':
        return parameters.includes('caller')
    }
    return undefined
  }
}

function valuesOf(
  { name, parameters, takes }: MacroSignature,
  args: Arguments,
  keywords: Keywords,
): MacroValues {
  const left = new Map(keywords)
  const take = (key: string) => {
    const value = left.get(key)
    left.delete(key)
    return value
  }
  const values: (Value | undefined)[] = args.slice(0, parameters.length)
  let hasCaller = values.length === parameters.length && parameters.includes('caller')
  for (const parameter of parameters.slice(values.length)) {
    if (parameter === 'caller') hasCaller = true
    values.push(take(parameter))
  }
  if (takes.caller && !hasCaller) values.push(take('caller') ?? new Undefined('No caller defined'))
  const what = `macro '${name ?? 'caller'}'`
  if (takes.kwargs) values.push(new Dict(left))
  else if (left.size > 0)
    throw failed(`TypeError: ${what} takes no keyword argument '${[...left.keys()][0]}'`)
  if (takes.varargs) values.push(new Tuple(args.slice(parameters.length)))
  else if (args.length > parameters.length)
    throw failed(`TypeError: ${what} takes not more than ${parameters.length} argument(s)`)
  return values
}
