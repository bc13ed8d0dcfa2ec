import type { Body } from '../syntax/syntax-tree.ts'
import type { Run, Value } from '../values/values.ts'
import type { Place, Routine, Symbols } from './symbols.ts'

/** The context in which a statement or expression is compiled. */
export interface Frame {
  readonly symbols: Symbols
  /** Within a condition, where a missing filter is an error only if it is called. */
  readonly soft: boolean
  /** Whether `break` and `continue` are inside a loop. */
  readonly inLoop: boolean
  /** Whether there is any enclosing loop. */
  readonly withinLoop: boolean
}

export const innerFrame = (frame: Frame, changes: Partial<Frame> = {}): Frame => ({
  ...frame,
  symbols: frame.symbols.inner(),
  soft: false,
  ...changes,
})

/** The variables of a routine at run time; undefined if not assigned. */
export class Cells {
  readonly values: (Value | undefined)[]
  readonly outer: Cells | undefined

  constructor(routine: Routine, outer?: Cells) {
    this.outer = outer
    this.values = new Array<Value | undefined>(routine.size).fill(undefined)
  }
}

export type Evaluate = (run: Run, cells: Cells) => Value

/** The cells of an enclosing routine, `distance` levels out. */
export function cellsAt(cells: Cells, distance: number): Cells {
  let found = cells
  for (let left = distance; left > 0; left--) found = found.outer!
  return found
}

export function distanceTo(frame: Frame, place: Place): number {
  let distance = 0
  for (
    let routine: Routine | undefined = frame.symbols.routine;
    routine !== place.routine;
    routine = routine?.outer
  )
    distance++
  return distance
}

/** Initializes the variables of a block when it is entered. */
export function compileEntry(frame: Frame): (run: Run, cells: Cells) => void {
  const actions: ((run: Run, cells: Cells) => void)[] = []
  for (const [place, load] of frame.symbols.loads) {
    const { slot, name } = place
    switch (load.from) {
      case 'resolve':
        actions.push((run, cells) => {
          cells.values[slot] = run.variables.get(name)
        })
        break
      case 'nothing':
        actions.push((_, cells) => {
          cells.values[slot] = undefined
        })
        break
      case 'outer': {
        const distance = distanceTo(frame, load.place)
        const from = load.place.slot
        actions.push((_, cells) => {
          cells.values[slot] = cellsAt(cells, distance).values[from]
        })
      }
    }
  }
  return (run, cells) => {
    run.fuel.step(1 + actions.length)
    for (const act of actions) act(run, cells)
  }
}

/** How a statement ended: `break` and `continue` also end the enclosing statements up to the loop. */
export type Ending = 'done' | 'break' | 'continue'
export type Execute = (run: Run, cells: Cells, output: Output) => Ending
export type CompileBody = (body: Body, frame: Frame) => Execute

/** The text that a template, or a block of it, has written so far. */
export class Output {
  readonly #parts: string[] = []

  readonly counts: boolean

  /** counts: whether this is the template's own output, which has a limit of its own. */
  constructor(counts = false) {
    this.counts = counts
  }

  add(run: Run, text: string): void {
    if (text === '') return
    if (this.counts) run.fuel.output(text.length)
    run.fuel.bytes(16)
    this.#parts.push(text)
  }

  /** All output as one text. */
  text(run: Run): string {
    return this.#parts.length === 1 ? this.#parts[0]! : run.fuel.join(this.#parts)
  }
}
