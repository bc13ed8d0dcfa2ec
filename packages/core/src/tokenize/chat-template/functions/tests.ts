import type { Comparison } from '../syntax/syntax-tree.ts'
import { isKind } from '../text/text-case.ts'
import { builtin } from '../values/builtin.ts'
import { compare } from '../values/comparisons.ts'
import { Dict } from '../values/dict.ts'
import { isIterable, lengthOf } from '../values/iterate.ts'
import { binary } from '../values/operators.ts'
import { str } from '../values/text-of.ts'
import {
  type Call,
  Callable,
  isList,
  isText,
  Markup,
  Range,
  type Run,
  Tuple,
  textOf,
  Undefined,
  type Value,
} from '../values/values.ts'

/** Jinja2's tests by name. Source: Jinja2 3.1.6, tests.py. */
export const tests: Readonly<Record<string, Call>> = {
  odd: test((run, value) => compare(run, '==', binary(run, '%', value, 2n), 1n)),
  even: test((run, value) => compare(run, '==', binary(run, '%', value, 2n), 0n)),
  divisibleby: testWith((run, value, number) => compare(run, '==', binary(run, '%', value, number), 0n)),
  defined: test((_, value) => !(value instanceof Undefined)),
  undefined: test((_, value) => value instanceof Undefined),
  test: test(
    (_, value) => isText(value) && (textOf(value) === 'filter' || Object.hasOwn(tests, textOf(value))),
  ),
  none: test((_, value) => value === null),
  boolean: test((_, value) => typeof value === 'boolean'),
  false: test((_, value) => value === false),
  true: test((_, value) => value === true),
  integer: test((_, value) => typeof value === 'bigint'),
  float: test((_, value) => typeof value === 'number'),
  lower: test((run, value) => ofKind(run, 'islower', value)),
  upper: test((run, value) => ofKind(run, 'isupper', value)),
  string: test((_, value) => isText(value)),
  mapping: test((_, value) => value instanceof Dict),
  number: test(
    (_, value) => typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean',
  ),
  sequence: test(isSequence),
  iterable: test((run, value) => isIterable(run, value)),
  callable: test((_, value) => value instanceof Callable || value instanceof Undefined),
  sameas: testWith((_, value, other) => value === other || (value instanceof Undefined && other === value)),
  escaped: test((_, value) => value instanceof Markup),
  in: testWith((run, value, container) => compare(run, 'in', value, container)),
  ...comparisons('==', '==', 'eq', 'equalto'),
  ...comparisons('!=', '!=', 'ne'),
  ...comparisons('>', '>', 'gt', 'greaterthan'),
  ...comparisons('>=', '>=', 'ge'),
  ...comparisons('<', '<', 'lt', 'lessthan'),
  ...comparisons('<=', '<=', 'le'),
}

function test(holds: (run: Run, value: Value) => boolean): Call {
  return builtin('test', ['value'], (run, value) => holds(run, value!))
}

function testWith(holds: (run: Run, value: Value, other: Value) => boolean): Call {
  return builtin('test', ['value', 'other'], (run, value, other) => holds(run, value!, other!))
}

function comparisons(operator: Comparison, ...names: string[]): Readonly<Record<string, Call>> {
  return Object.fromEntries(
    names.map((name) => [name, testWith((run, a, b) => compare(run, operator, a, b))]),
  )
}

function ofKind(run: Run, kind: 'islower' | 'isupper', value: Value): boolean {
  const text = str(run, value)
  run.fuel.scan(text.length)
  return isKind(kind, text)
}

/** Whether a value has a length and items. */
function isSequence(run: Run, value: Value): boolean {
  if (
    isList(value) ||
    isText(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof Range
  )
    return true
  // An undefined value has a length. Its items would be an error, but Python only checks for the method.
  return value instanceof Undefined && lengthOf(run, value) === 0
}
