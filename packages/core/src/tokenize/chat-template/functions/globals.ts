import { beyond } from '../fuel.ts'
import { failed, TemplateError, unsupported } from '../template-error.ts'
import { strftime } from '../text/strftime.ts'
import { builtin, byPlace, needInteger } from '../values/builtin.ts'
import type { Dict } from '../values/dict.ts'
import { needText, str } from '../values/text-of.ts'
import {
  Callable,
  isText,
  Namespace,
  PythonObject,
  Range,
  type Run,
  textOf,
  Undefined,
  type Value,
} from '../values/values.ts'
import { fromKeys, makeDict } from './collection-methods.ts'

const longestRange = 100_000

/** The globals of every transformers template, besides its variables. Source: transformers 5, chat_template_utils.py. */
export function globals(): ReadonlyMap<string, Value> {
  const functions = [
    new Callable('range', byPlace('range', 1, 3, makeRange)),
    new DictFunction('dict', makeDict),
    new Callable('namespace', (run, args, keywords) => {
      const fields = new Namespace(new Map())
      for (const [name, value] of (makeDict(run, args, keywords) as Dict).entries())
        fields.set(isText(name) ? textOf(name) : str(run, name), value)
      return fields
    }),
    new Callable('cycler', (_, args) => {
      if (args.length === 0) throw failed('RuntimeError: at least one item has to be provided')
      return new Cycler(args)
    }),
    new Callable(
      'joiner',
      builtin('joiner', [['sep', ', ']], (_, separator) => makeJoiner(separator!)),
    ),
    new Callable('lipsum', () => {
      throw unsupported('the function lipsum')
    }),
    new Callable(
      'raise_exception',
      builtin('raise_exception', ['message'], (run, message) => {
        throw new TemplateError('raised', str(run, message!))
      }),
    ),
    new Callable(
      'strftime_now',
      builtin('strftime_now', ['format'], (run, format) => {
        const text = needText(format!, 'strftime_now')
        run.fuel.step(8 * text.length)
        run.fuel.items(text.length)
        return run.fuel.text(strftime(new Date(), text))
      }),
    ),
  ]
  return new Map(functions.map((one) => [one.name, one]))
}

function makeRange(run: Run, ...bounds: (Value | undefined)[]): Value {
  const whole = (value: Value) => {
    if (value instanceof Undefined) throw value.error()
    return typeof value === 'bigint' ? value : BigInt(needInteger(value))
  }
  run.fuel.step()
  const [first, last, step = 1n] = bounds
  const size = whole(step)
  if (size === 0n) throw failed('ValueError: range() arg 3 must not be zero')
  const range =
    last === undefined ? new Range(0n, whole(first!), 1n) : new Range(whole(first!), whole(last), size)
  if (range.length > longestRange) throw beyond(`${longestRange} items of a range`)
  return range
}

/** `dict`, which has a method. */
class DictFunction extends Callable {
  override attribute(name: string): Value | undefined {
    return name === 'fromkeys' ? new Callable(name, fromKeys) : undefined
  }
}

class Cycler extends PythonObject {
  readonly typeName = 'Cycler'
  #at = 0
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    super()
    this.items = items
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.items[this.#at]
      case 'next':
        return new Callable(
          'next',
          builtin('next', [], () => this.#next()),
        )
      case 'reset':
        return new Callable(
          'reset',
          builtin('reset', [], () => {
            this.#at = 0
            return null
          }),
        )
    }
    return undefined
  }

  #next(): Value {
    const item = this.items[this.#at]!
    this.#at = (this.#at + 1) % this.items.length
    return item
  }
}

/** A function that returns nothing on the first call, then the separator. */
function makeJoiner(separator: Value): Callable {
  let used = false
  return new Callable(
    'joiner',
    builtin('joiner', [], () => {
      const text = used ? separator : ''
      used = true
      return text
    }),
  )
}
