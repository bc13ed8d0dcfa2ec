/**
 * Python's values, because templates are defined by what Python does with them. This file has their classes; other files print
 * (text-of, format-*), compare, iterate and compute with them.
 */

import type { Fuel } from '../fuel.ts'
import { failed, type TemplateError } from '../template-error.ts'

/**
 * A Python value: `None` is null, `int` a bigint, `float` a number, `str` a string, `list` an array. Lists and dicts never
 * change, because the sandbox has no methods that modify them.
 */
export type Value = null | boolean | bigint | number | string | readonly Value[] | PythonObject

/** One rendering of a template. */
export interface Run {
  readonly fuel: Fuel
  /** The template's variables, and Jinja2's global functions. */
  readonly variables: ReadonlyMap<string, Value>
}

/** A value of a class that JavaScript lacks. */
export abstract class PythonObject {
  abstract readonly typeName: string
  /** The value of an attribute; undefined if there is none. */
  attribute(_name: string, _run: Run): Value | undefined {
    return undefined
  }
}

export type Arguments = readonly Value[]
export type Keywords = ReadonlyMap<string, Value>
/** A function, method, filter or test. For filters and tests, the first argument is the value they apply to. */
export type Call = (run: Run, args: Arguments, keywords: Keywords) => Value

export const noKeywords: Keywords = new Map()

/** A callable value: a function, a method, a macro. */
export class Callable extends PythonObject {
  readonly name: string
  readonly call: Call
  readonly typeName: string

  constructor(name: string, call: Call, typeName = 'builtin_function_or_method') {
    super()
    this.name = name
    this.call = call
    this.typeName = typeName
  }
}

/** The result of looking up a missing name, attribute or item. Prints as nothing; most uses are errors. */
export class Undefined extends PythonObject {
  readonly typeName = 'Undefined'
  readonly message: string
  readonly exception: 'UndefinedError' | 'SecurityError'

  constructor(message: string, exception: 'UndefinedError' | 'SecurityError' = 'UndefinedError') {
    super()
    this.message = message
    this.exception = exception
  }

  error(): TemplateError {
    return failed(`${this.exception}: ${this.message}`)
  }
}

export class Tuple extends PythonObject {
  readonly typeName: string = 'tuple'
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    super()
    this.items = items
  }
}

/** HTML-escaped text: other text is escaped when added to it. */
export class Markup extends PythonObject {
  readonly typeName = 'Markup'
  readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }
}

export class Range extends PythonObject {
  readonly typeName = 'range'
  readonly length: number
  readonly start: bigint
  readonly stop: bigint
  readonly step: bigint

  constructor(start: bigint, stop: bigint, step: bigint) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
    const span = step > 0n ? stop - start : start - stop
    const size = step > 0n ? step : -step
    this.length = span > 0n ? Number((span + size - 1n) / size) : 0
  }

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step
  }
}

/** An iterator, which can be consumed once. */
export class Iteration extends PythonObject {
  readonly iterator: Iterator<Value>
  readonly typeName: string
  readonly depth: number

  /** depth: number of chained iterators needed for one item. */
  constructor(iterator: Iterator<Value>, typeName = 'generator', depth = 1) {
    super()
    this.iterator = iterator
    this.typeName = typeName
    this.depth = depth
  }
}

export class Namespace extends PythonObject {
  readonly typeName = 'Namespace'
  readonly fields: Map<string, Value>

  constructor(fields: Map<string, Value>) {
    super()
    this.fields = fields
  }

  override attribute(name: string): Value | undefined {
    return this.fields.get(name)
  }

  set(name: string, value: Value): void {
    if (name.startsWith('_'))
      throw failed('SecurityError: Chat templates cannot store underscore-prefixed attributes on a namespace')
    this.fields.set(name, value)
  }
}

/** Python's name for the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'string':
      return 'str'
  }
  return isList(value) ? 'list' : value.typeName
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

export const isText = (value: Value): value is string | Markup =>
  typeof value === 'string' || value instanceof Markup

/** The text of a `str`, or of a `Markup`, which is one too. */
export const textOf = (value: string | Markup): string => (typeof value === 'string' ? value : value.text)

/** The items of a list or tuple, else undefined. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  return isList(value) ? value : value instanceof Tuple ? value.items : undefined
}

/** The number that a value represents: a bool is an int. */
export function numberOf(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined
}

/** A text of the same class as `self`. */
export function like(run: Run, self: string | Markup, text: string): Value {
  run.fuel.text(text)
  return self instanceof Markup ? new Markup(text) : text
}

/** Parts of a text, each of the same class as `self`. */
export function list(run: Run, self: string | Markup, parts: readonly string[]): Value {
  run.fuel.items(parts.length)
  run.fuel.room(textOf(self).length)
  return self instanceof Markup ? parts.map((part) => new Markup(part)) : parts
}
