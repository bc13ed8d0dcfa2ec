import { failed } from '../template-error.ts'
import { builtin } from '../values/builtin.ts'
import { equals } from '../values/comparisons.ts'
import { iterate, lengthOf } from '../values/iterate.ts'
import { Callable, type Run, Undefined, type Value } from '../values/values.ts'

/** Renders a recursive loop's body for other items, one level deeper. */
export type Recurse = (run: Run, iterable: Value, depth: number) => Value

/** The variable `loop`. Source: Jinja2 3.1.6, runtime.py. */
export class LoopContext extends Callable {
  #iterator: Iterator<Value>
  #length: number | undefined
  #index = -1
  /** The next item, if it was read ahead. */
  #after: IteratorResult<Value> | undefined
  #current: Value | undefined
  #before: Value | undefined
  #changedTo: readonly Value[] | undefined

  readonly run: Run
  readonly iterable: Value
  readonly depth0: number

  constructor(run: Run, iterable: Value, recurse: Recurse | undefined, depth0: number) {
    super(
      'loop',
      builtin('loop', ['iterable'], (inner, items) => {
        if (recurse) return recurse(inner, items!, depth0 + 1)
        throw failed("TypeError: The loop must have the 'recursive' marker to be called recursively.")
      }),
      'LoopContext',
    )
    this.run = run
    this.iterable = iterable
    this.depth0 = depth0
    this.#iterator = iterate(run, iterable)
  }

  /** Advances to the next item. */
  next(): IteratorResult<Value> {
    const next = this.#after ?? this.#iterator.next()
    this.#after = undefined
    if (next.done) return next
    this.#index++
    this.#before = this.#current
    this.#current = next.value
    return next
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.#index + 1)
      case 'index0':
        return BigInt(this.#index)
      case 'first':
        return this.#index === 0
      case 'last':
        return this.#peek().done === true
      case 'length':
      case '__len__':
        return BigInt(this.#lengthOf())
      case 'revindex':
        return BigInt(this.#lengthOf() - this.#index)
      case 'revindex0':
        return BigInt(this.#lengthOf() - this.#index - 1)
      case 'depth':
        return BigInt(this.depth0 + 1)
      case 'depth0':
        return BigInt(this.depth0)
      case 'previtem':
        return this.#index === 0 ? new Undefined('there is no previous item') : this.#before
      case 'nextitem': {
        const next = this.#peek()
        return next.done ? new Undefined('there is no next item') : next.value
      }
      case 'cycle':
        return new Callable('cycle', (_, args) => {
          if (args.length === 0) throw failed('TypeError: no items for cycling given')
          return args[this.#index % args.length]!
        })
      case 'changed':
        return new Callable('changed', (run, args) => this.#changed(run, args))
      case '__repr__':
        return `<LoopContext ${this.#index + 1}/${this.#lengthOf()}>`
    }
    return undefined
  }

  #peek(): IteratorResult<Value> {
    this.#after ??= this.#iterator.next()
    return this.#after
  }

  #lengthOf(): number {
    if (this.#length !== undefined) return this.#length
    this.#length = lengthOf(this.run, this.iterable)
    if (this.#length === undefined) {
      const rest: Value[] = []
      const ahead = this.#after !== undefined && !this.#after.done
      for (let next = this.#iterator.next(); !next.done; next = this.#iterator.next()) {
        this.run.fuel.items(1)
        rest.push(next.value)
      }
      this.#iterator = rest[Symbol.iterator]()
      this.#length = rest.length + this.#index + 1 + (ahead ? 1 : 0)
    }
    return this.#length
  }

  #changed(run: Run, values: readonly Value[]): boolean {
    const last = this.#changedTo
    if (last?.length === values.length && values.every((value, at) => equals(run, value, last[at]!)))
      return false
    this.#changedTo = values
    return true
  }
}
