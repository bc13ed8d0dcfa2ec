import type { Target } from '../syntax/syntax-tree.ts'
import { failed, TemplateError } from '../template-error.ts'
import { iterate, rest } from '../values/iterate.ts'
import { Namespace, type Run, type Value } from '../values/values.ts'
import { type Cells, cellsAt, distanceTo, type Frame } from './frame.ts'

export interface Assignment {
  /** Called before the value is known: checks that fields are only assigned to namespaces. */
  check(cells: Cells): void
  assign(run: Run, cells: Cells, value: Value): void
}

export function compileTarget(target: Target, frame: Frame): Assignment {
  switch (target.kind) {
    case 'store': {
      if (target.name === 'loop' && frame.withinLoop)
        throw new TemplateError('syntax', "can't assign to the special variable loop within a loop")
      const { slot } = frame.symbols.placeOf(target.name)
      return {
        check() {},
        assign(_, cells, value) {
          cells.values[slot] = value
        },
      }
    }
    case 'field': {
      const place = frame.symbols.placeOf(target.name)
      const distance = distanceTo(frame, place)
      const namespace = (cells: Cells): Namespace => {
        const value = cellsAt(cells, distance).values[place.slot]
        if (value instanceof Namespace) return value
        throw failed('TemplateRuntimeError: cannot assign attribute on non-namespace object')
      }
      return {
        check: namespace,
        assign(run, cells, value) {
          run.fuel.items(1)
          namespace(cells).set(target.field, value)
        },
      }
    }
    case 'targets': {
      const items = target.items.map((item) => compileTarget(item, frame))
      return {
        check(cells) {
          for (const item of items) item.check(cells)
        },
        assign(run, cells, value) {
          const values: Value[] = []
          for (const one of rest(iterate(run, value))) {
            if (values.length === items.length)
              throw failed(`ValueError: too many values to unpack (expected ${items.length})`)
            values.push(one)
          }
          if (values.length < items.length)
            throw failed(
              `ValueError: not enough values to unpack (expected ${items.length}, got ${values.length})`,
            )
          items.forEach((item, at) => {
            item.assign(run, cells, values[at]!)
          })
        },
      }
    }
  }
}
