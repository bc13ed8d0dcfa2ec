/**
 * What a template can call: filters (of text and of sequences in their own files), tests, global functions, and the methods and
 * attributes of values (methods, subscript).
 */

import { failed, unsupported } from '../template-error.ts'
import { roundedQuotient, scaledTo } from '../text/number-text.ts'
import { builtin, needInteger } from '../values/builtin.ts'
import { generator, truth } from '../values/iterate.ts'
import { unary } from '../values/operators.ts'
import { floatOf, parseFloatText, parseIntegerText } from '../values/parse-number.ts'
import { needText } from '../values/text-of.ts'
import {
  type Call,
  isText,
  type Keywords,
  type Run,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../values/values.ts'
import { sequenceFilters } from './filters-of-sequences.ts'
import { textFilters } from './filters-of-text.ts'
import { attributeGetter } from './item-attributes.ts'
import { onlyAttribute } from './subscript.ts'
import { tests } from './tests.ts'

/** Jinja2's filters that are missing here: their results are random, depend on the machine, or are useless in a chat. */
const lacking = ['pprint', 'random', 'urlize', 'wordwrap']

/** All filters by name. Source: Jinja2 3.1.6, filters.py. */
export const filters: Readonly<Record<string, Call>> = {
  ...textFilters,
  ...sequenceFilters,
  abs: builtin('abs', ['x'], (_, value) => {
    const positive = unary('+', value!)
    return (positive as number) < 0 ? unary('-', positive) : Object.is(positive, -0) ? 0 : positive
  }),
  attr: builtin('attr', ['obj', 'name'], (run, object, name) =>
    onlyAttribute(run, object!, needText(name!, 'attr')),
  ),
  default: builtin('default', ['value', ['default_value', ''], ['boolean', false]], otherwise),
  d: builtin('default', ['value', ['default_value', ''], ['boolean', false]], otherwise),
  float: builtin(
    'float',
    ['value', ['default', 0]],
    (run, value, fallback) => floatOf(run, value!) ?? fallback!,
  ),
  int: builtin('int', ['value', ['default', 0n], ['base', 10n]], (run, value, fallback, base) =>
    toInteger(run, value!, fallback!, needInteger(base!)),
  ),
  round: builtin('round', ['value', ['precision', 0n], ['method', 'common']], round),
  map,
  select: (run, args, keywords) => choose(run, args, keywords, true, false),
  reject: (run, args, keywords) => choose(run, args, keywords, false, false),
  selectattr: (run, args, keywords) => choose(run, args, keywords, true, true),
  rejectattr: (run, args, keywords) => choose(run, args, keywords, false, true),
}

/** A filter by its name. */
export function findFilter(name: string): Call {
  if (lacking.includes(name)) throw unsupported(`the filter ${name}`)
  if (!Object.hasOwn(filters, name)) throw unsupported(`the filter ${name}, which Jinja2 has not either`)
  return filters[name]!
}

export function findTest(name: string): Call {
  if (name === 'filter') return builtin('filter', ['value'], (_, value) => isFilter(value!))
  if (!Object.hasOwn(tests, name)) throw unsupported(`the test ${name}, which Jinja2 has not either`)
  return tests[name]!
}

const isFilter = (name: Value) =>
  isText(name) && (Object.hasOwn(filters, textOf(name)) || lacking.includes(textOf(name)))

function otherwise(run: Run, ...given: Value[]): Value {
  const [value, fallback, boolean] = given as [Value, Value, Value]
  return value instanceof Undefined || (truth(run, boolean) && !truth(run, value)) ? fallback : value
}

function toInteger(run: Run, value: Value, fallback: Value, base: number): Value {
  if (value instanceof Undefined) throw value.error()
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return fallback
    if (!Number.isFinite(value)) throw failed('OverflowError: cannot convert float infinity to integer')
    return BigInt(Math.trunc(value))
  }
  if (!isText(value)) return fallback
  run.fuel.characters(textOf(value))
  const whole = parseIntegerText(textOf(value), base)
  if (whole !== undefined) return whole
  const float = parseFloatText(textOf(value))
  return float === undefined || !Number.isFinite(float) ? fallback : BigInt(Math.trunc(float))
}

function round(_: Run, ...given: Value[]): Value {
  const [value, places, method] = given as [Value, Value, Value]
  if (method !== 'common' && method !== 'ceil' && method !== 'floor')
    throw failed('FilterArgumentError: method must be common, ceil or floor')
  if (value instanceof Undefined) throw value.error()
  if (typeof value !== 'bigint' && typeof value !== 'number' && typeof value !== 'boolean')
    throw failed(`TypeError: type ${typeName(value)} doesn't define __round__ method`)
  const precision = needInteger(places)
  if (Math.abs(precision) > 300) throw unsupported('rounding to more than 300 places')
  if (method !== 'common') return (Math[method](Number(value) * 10 ** precision) / 10 ** precision) as number
  if (typeof value !== 'number') {
    const unit = 10n ** BigInt(Math.max(-precision, 0))
    return roundedQuotient(BigInt(value), unit) * unit
  }
  if (!Number.isFinite(value)) return value
  const rounded = Number(`${scaledTo(value, precision)}e${-precision}`)
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded
}

function map(run: Run, args: readonly Value[], keywords: Keywords): Value {
  const [source, name, ...others] = args
  const change = (): ((item: Value) => Value) => {
    if (name === undefined && keywords.has('attribute')) {
      for (const keyword of keywords.keys())
        if (keyword !== 'attribute' && keyword !== 'default')
          throw failed(`FilterArgumentError: Unexpected keyword argument '${keyword}'`)
      return attributeGetter(run, keywords.get('attribute')!, { otherwise: keywords.get('default') ?? null })
    }
    if (name === undefined) throw failed('FilterArgumentError: map requires a filter argument')
    const filter = findFilter(needText(name, 'map'))
    return (item) => filter(run, [item, ...others], keywords)
  }
  return generator(run, source!, 'generator', function* (items) {
    if (!truth(run, source!)) return
    const changed = change()
    for (const item of items()) yield changed(item)
  })
}

/** `select` and its variants: the items for which a test of the item, or of one of its attributes, gives `wanted`. */
function choose(
  run: Run,
  args: readonly Value[],
  keywords: Keywords,
  wanted: boolean,
  ofAttribute: boolean,
): Value {
  const [source, ...given] = args
  const condition = () => {
    if (ofAttribute && given.length === 0)
      throw failed('FilterArgumentError: Missing parameter for attribute name')
    const get = attributeGetter(run, ofAttribute ? given[0]! : null)
    const [name, ...others] = ofAttribute ? given.slice(1) : given
    if (name === undefined) return (item: Value) => truth(run, get(item))
    const test = findTest(needText(name, 'select'))
    return (item: Value) => truth(run, test(run, [get(item), ...others], keywords))
  }
  return generator(run, source!, 'generator', function* (items) {
    if (!truth(run, source!)) return
    const holds = condition()
    for (const item of items()) if (holds(item) === wanted) yield item
  })
}
