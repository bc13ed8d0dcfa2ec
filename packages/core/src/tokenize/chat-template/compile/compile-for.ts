import { depthOf, type ForStatement } from '../syntax/syntax-tree.ts'
import { generator, iterate, truth } from '../values/iterate.ts'
import type { Run, Value } from '../values/values.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTarget } from './compile-target.ts'
import {
  Cells,
  type CompileBody,
  compileEntry,
  type Ending,
  type Evaluate,
  type Execute,
  type Frame,
  innerFrame,
  Output,
} from './frame.ts'
import { LoopContext, type Recurse } from './loop-context.ts'

/** A loop. Source: Jinja2 3.1.6, compiler.py. */
export function compileFor(node: ForStatement, frame: Frame, compileBody: CompileBody): Execute {
  const { recursive } = node
  const symbols = frame.symbols.inner(recursive)
  const loopFrame: Frame = { symbols, soft: false, inLoop: true, withinLoop: true }
  const elseFrame: Frame = {
    // In a recursive loop, it shares the loop's routine, and a `break` has no loop.
    symbols: recursive ? symbols.beside() : frame.symbols.inner(),
    soft: false,
    inLoop: frame.inLoop && !recursive,
    withinLoop: true,
  }
  const loopPlace = symbols.declare('loop')
  symbols.declareTarget(node.target)
  symbols.visitAll(node.body)
  elseFrame.symbols.visitAll(node.otherwise)

  const iterable = compileExpression(node.iterable, frame)
  const choose = node.test ? compileTest(node, frame) : undefined
  const target = compileTarget(node.target, loopFrame)
  const enter = compileEntry(loopFrame)
  const body = compileBody(node.body, loopFrame)
  const enterElse = compileEntry(elseFrame)
  const otherwise = compileBody(node.otherwise, elseFrame)

  /** testCells: those of the enclosing routine, in which the test is compiled. */
  const loop = (
    run: Run,
    cells: Cells,
    testCells: Cells,
    output: Output,
    items: Value,
    recurse?: Recurse,
    depth = 0,
  ): Ending => {
    cells.values[loopPlace.slot] = undefined
    const context = new LoopContext(run, choose ? choose(run, testCells, items) : items, recurse, depth)
    run.fuel.items(4)
    let none = true
    for (let next = context.next(); !next.done; next = context.next()) {
      run.fuel.step()
      target.assign(run, cells, next.value)
      cells.values[loopPlace.slot] = context
      enter(run, cells)
      const ending = body(run, cells, output)
      if (ending === 'break') break
      // As in Jinja2: an iteration that ends by `break` or `continue` does not prevent `else`.
      if (ending === 'done') none = false
    }
    if (!none || node.otherwise.length === 0) return 'done'
    enterElse(run, cells)
    return otherwise(run, cells, output)
  }

  if (!recursive) return (run, cells, output) => loop(run, cells, cells, output, iterable(run, cells))
  const levels = depthOf(node)
  return (run, cells, output) => {
    const recurse: Recurse = (inner, items, depth) =>
      inner.fuel.call(levels, () => {
        const text = new Output()
        inner.fuel.items(symbols.routine.size)
        loop(inner, new Cells(symbols.routine, cells), cells, text, items, recurse, depth)
        return text.text(inner)
      })
    output.add(run, recurse(run, iterable(run, cells), 0) as string)
    return 'done'
  }
}

/** `for … if …`: the items for which the test holds, evaluated lazily. */
function compileTest(node: ForStatement, frame: Frame): (run: Run, cells: Cells, items: Value) => Value {
  const testFrame = innerFrame(frame, { symbols: frame.symbols.inner(true), inLoop: false, withinLoop: true })
  testFrame.symbols.declareTarget(node.target)
  testFrame.symbols.visitExpression(node.test)
  const enter = compileEntry(testFrame)
  const target = compileTarget(node.target, testFrame)
  const test: Evaluate = compileExpression(node.test!, testFrame)
  const { routine } = testFrame.symbols
  return (run, cells, items) => {
    // Checks the items before the loop starts: an error in them belongs to the loop.
    iterate(run, items)
    return generator(run, items, 'generator', function* (source) {
      const inner = new Cells(routine, cells)
      enter(run, inner)
      for (const item of source()) {
        target.assign(run, inner, item)
        if (truth(run, test(run, inner))) yield item
      }
    })
  }
}
