import type { Body, Filter, IfStatement, Statement } from '../syntax/syntax-tree.ts'
import { TemplateError } from '../template-error.ts'
import { truth } from '../values/iterate.ts'
import { needText, str } from '../values/text-of.ts'
import type { Run, Value } from '../values/values.ts'
import { compileExpression, compileFilter } from './compile-expression.ts'
import { compileFor } from './compile-for.ts'
import { compileMacro } from './compile-macro.ts'
import { compileTarget } from './compile-target.ts'
import {
  type Cells,
  compileEntry,
  type Ending,
  type Execute,
  type Frame,
  innerFrame,
  Output,
} from './frame.ts'

export function compileBody(body: Body, frame: Frame): Execute {
  const statements = body.map((statement) => compileStatement(statement, frame))
  return (run, cells, output) => {
    for (const execute of statements) {
      run.fuel.step()
      const ending = execute(run, cells, output)
      if (ending !== 'done') return ending
    }
    return 'done'
  }
}

function compileStatement(node: Statement, frame: Frame): Execute {
  switch (node.kind) {
    case 'data': {
      const { text } = node
      return (run, _, output) => {
        output.add(run, text)
        return 'done'
      }
    }
    case 'print': {
      const value = compileExpression(node.value, frame)
      return (run, cells, output) => {
        output.add(run, str(run, value(run, cells)))
        return 'done'
      }
    }
    case 'set': {
      const assign = compileTarget(node.target, frame)
      const value = compileExpression(node.value, frame)
      return (run, cells) => {
        assign.check(cells)
        assign.assign(run, cells, value(run, cells))
        return 'done'
      }
    }
    case 'setBlock':
      return compileSetBlock(node, frame)
    case 'filterBlock':
      return compileFilterBlock(node, frame)
    case 'with':
      return compileWith(node, frame)
    case 'if':
      return compileIf(node, frame)
    case 'for':
      return compileFor(node, frame, compileBody)
    case 'macro':
    case 'callBlock':
      return compileMacro(node, frame, compileBody)
    case 'break':
    case 'continue': {
      if (!frame.inLoop) throw new TemplateError('syntax', `'${node.kind}' outside loop`)
      const ending = node.kind
      return () => ending
    }
  }
}

/** The text of a block, and how it ended. */
function compileBlock(
  body: Body,
  inner: Frame,
): (run: Run, cells: Cells) => { text: string; ending: Ending } {
  const enter = compileEntry(inner)
  const execute = compileBody(body, inner)
  return (run, cells) => {
    enter(run, cells)
    const output = new Output()
    const ending = execute(run, cells, output)
    return { text: output.text(run), ending }
  }
}

/** Applies a filter, or a chain of them, to the text of a block. */
function compileBlockFilter(filter: Filter, inner: Frame): (run: Run, cells: Cells, text: string) => Value {
  let current = ''
  const apply = compileFilter(filter, inner, () => current)
  return (run, cells, text) => {
    current = text
    return apply(run, cells)
  }
}

function compileSetBlock(node: Extract<Statement, { kind: 'setBlock' }>, frame: Frame): Execute {
  const inner = innerFrame(frame)
  inner.symbols.visitAll(node.body)
  const block = compileBlock(node.body, inner)
  const filter = node.filter ? compileBlockFilter(node.filter, inner) : undefined
  const target = compileTarget(node.target, frame)
  return (run, cells) => {
    const { text, ending } = block(run, cells)
    if (ending !== 'done') return ending
    target.assign(run, cells, filter ? filter(run, cells, text) : text)
    return 'done'
  }
}

function compileFilterBlock(node: Extract<Statement, { kind: 'filterBlock' }>, frame: Frame): Execute {
  const inner = innerFrame(frame)
  inner.symbols.visitAll(node.body)
  inner.symbols.visitExpression(node.filter)
  const block = compileBlock(node.body, inner)
  const filter = compileBlockFilter(node.filter, inner)
  return (run, cells, output) => {
    const { text, ending } = block(run, cells)
    if (ending !== 'done') return ending
    output.add(run, needText(filter(run, cells, text), 'a filter block'))
    return 'done'
  }
}

function compileWith(node: Extract<Statement, { kind: 'with' }>, frame: Frame): Execute {
  const inner = innerFrame(frame)
  for (const target of node.targets) inner.symbols.declareTarget(target)
  inner.symbols.visitAll(node.body)
  const enter = compileEntry(inner)
  const targets = node.targets.map((target) => compileTarget(target, inner))
  const values = node.values.map((value) => compileExpression(value, frame))
  const body = compileBody(node.body, inner)
  return (run, cells, output) => {
    enter(run, cells)
    targets.forEach((target, at) => {
      target.assign(run, cells, values[at]!(run, cells))
    })
    return body(run, cells, output)
  }
}

function compileIf(node: IfStatement, frame: Frame): Execute {
  const soft = { ...frame, soft: true }
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(test, soft),
    body: compileBody(body, soft),
  }))
  const otherwise = compileBody(node.otherwise, soft)
  return (run, cells, output) => {
    for (const { test, body } of branches) {
      run.fuel.step()
      if (truth(run, test(run, cells))) return body(run, cells, output)
    }
    return otherwise(run, cells, output)
  }
}
