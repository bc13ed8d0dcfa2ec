import type { Fuel } from '../fuel.ts'
import type { Expression, Statement, Target } from '../syntax/syntax-tree.ts'
import { failed } from '../template-error.ts'

/** A body with its own variables: the template, a macro, a recursive loop. */
export class Routine {
  readonly #places = new Map<string, Place>()
  readonly outer: Routine | undefined

  constructor(outer?: Routine) {
    this.outer = outer
  }

  /** The place of a name at a nesting level; sibling blocks share it, as in Jinja2. */
  place(level: number, name: string): Place {
    const key = `${level} ${name}`
    let place = this.#places.get(key)
    if (!place) {
      place = { routine: this, slot: this.#places.size, name }
      this.#places.set(key, place)
    }
    return place
  }

  get size(): number {
    return this.#places.size
  }
}

/** Where a variable is stored. */
export interface Place {
  readonly routine: Routine
  readonly slot: number
  readonly name: string
}

/** How a variable is initialized when its block is entered. */
type Load =
  | { readonly from: 'given' | 'resolve' | 'nothing' }
  | { readonly from: 'outer'; readonly place: Place }

/**
 * Resolves names to variables at compile time: a name that a block assigns is the block's own from the start. A port of Jinja2
 * 3.1.6, idtracking.py.
 */
export class Symbols {
  #places = new Map<string, Place>()
  #loads = new Map<Place, Load>()
  #stores = new Set<string>()

  readonly fuel: Fuel
  readonly routine: Routine
  readonly level: number
  readonly outer: Symbols | undefined

  private constructor(fuel: Fuel, routine: Routine, level: number, outer: Symbols | undefined) {
    this.fuel = fuel
    this.routine = routine
    this.level = level
    this.outer = outer
  }

  static root(fuel: Fuel): Symbols {
    return new Symbols(fuel, new Routine(), 0, undefined)
  }

  /** The symbols of a nested block; with its own routine if it `runsAlone`. */
  inner(runsAlone = false): Symbols {
    return new Symbols(this.fuel, runsAlone ? new Routine(this.routine) : this.routine, this.level + 1, this)
  }

  /** The symbols of another block in the same routine and at the same level. */
  beside(): Symbols {
    return new Symbols(this.fuel, this.routine, this.level, this.outer)
  }

  get loads(): ReadonlyMap<Place, Load> {
    return this.#loads
  }

  find(name: string): Place | undefined {
    for (let symbols: Symbols | undefined = this; symbols; symbols = symbols.outer) {
      const place = symbols.#places.get(name)
      if (place) return place
    }
    return undefined
  }

  placeOf(name: string): Place {
    const place = this.find(name)
    if (!place) throw failed(`AssertionError: the name ${name} is unknown where it stands`)
    return place
  }

  /** A variable that gets its value when the block is entered. */
  declare(name: string): Place {
    this.#stores.add(name)
    return this.#define(name, { from: 'given' })
  }

  declareTarget(target: Target): void {
    if (target.kind === 'targets') for (const item of target.items) this.declareTarget(item)
    else this.declare(target.name)
  }

  store(name: string): void {
    this.#stores.add(name)
    if (this.#places.has(name)) return
    const outer = this.outer?.find(name)
    this.#define(name, outer ? { from: 'outer', place: outer } : { from: 'nothing' })
  }

  load(name: string): void {
    if (!this.find(name)) this.#define(name, { from: 'resolve' })
  }

  visitAll(body: readonly Statement[]): void {
    for (const statement of body) this.#visit(statement)
  }

  /** Visits the names that an expression reads. */
  visitExpression(expression: Expression | undefined): void {
    if (expression) this.#visitExpressions(expression)
  }

  #visitExpressions(node: object): void {
    this.fuel.step()
    const { kind, name } = node as { readonly kind?: string; readonly name?: string }
    if (kind === 'name') this.load(name!)
    else
      for (const child of Object.values(node))
        if (typeof child === 'object' && child !== null) this.#visitExpressions(child)
  }

  #visit(statement: Statement): void {
    this.fuel.step()
    switch (statement.kind) {
      case 'print':
        this.visitExpression(statement.value)
        break
      case 'set':
        this.visitExpression(statement.value)
        this.#visitTarget(statement.target)
        break
      case 'setBlock':
        this.#visitTarget(statement.target)
        break
      case 'filterBlock':
        this.visitExpression(statement.filter)
        break
      case 'with':
        for (const value of statement.values) this.visitExpression(value)
        break
      case 'for':
        this.visitExpression(statement.iterable)
        break
      case 'macro':
        this.store(statement.name)
        break
      case 'callBlock':
        this.visitExpression(statement.call)
        break
      case 'if': {
        // As in Jinja2: each further branch is an if of its own, and together they are one branch of the first.
        const [first, ...others] = statement.branches
        this.visitExpression(first!.test)
        this.#join([
          this.#branch((inner) => inner.visitAll(first!.body)),
          this.#branch((inner) => {
            for (const { test, body } of others) {
              inner.visitExpression(test)
              inner.#join([inner.#branch((branch) => branch.visitAll(body)), inner.#branch(() => {})])
            }
          }),
          this.#branch((inner) => inner.visitAll(statement.otherwise)),
        ])
      }
    }
  }

  #visitTarget(target: Target): void {
    if (target.kind === 'targets') for (const item of target.items) this.#visitTarget(item)
    else if (target.kind === 'field') this.load(target.name)
    else this.store(target.name)
  }

  #branch(visit: (inner: Symbols) => void): Symbols {
    const branch = new Symbols(this.fuel, this.routine, this.level, this.outer)
    this.fuel.step(this.#places.size + this.#loads.size + this.#stores.size)
    branch.#places = new Map(this.#places)
    branch.#loads = new Map(this.#loads)
    branch.#stores = new Set(this.#stores)
    visit(branch)
    return branch
  }

  /** A variable assigned in a branch may be unassigned afterwards: then it has its outer value. */
  #join(branches: readonly Symbols[]): void {
    const stored = new Set<string>()
    for (const branch of branches)
      for (const name of branch.#stores) if (!this.#stores.has(name)) stored.add(name)
    for (const branch of branches) {
      this.fuel.step(branch.#places.size + branch.#loads.size + branch.#stores.size)
      for (const [name, place] of branch.#places) this.#places.set(name, place)
      for (const [place, load] of branch.#loads) this.#loads.set(place, load)
      for (const name of branch.#stores) this.#stores.add(name)
    }
    for (const name of stored) {
      const outer = this.outer?.find(name)
      this.#loads.set(this.placeOf(name), outer ? { from: 'outer', place: outer } : { from: 'resolve' })
    }
  }

  #define(name: string, load: Load): Place {
    const place = this.routine.place(this.level, name)
    this.#places.set(name, place)
    this.#loads.set(place, load)
    return place
  }
}
