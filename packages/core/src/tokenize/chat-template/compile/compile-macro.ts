import { type Body, type CallStatement, depthOf, type MacroStatement } from '../syntax/syntax-tree.ts'
import { TemplateError } from '../template-error.ts'
import { needText } from '../values/text-of.ts'
import { noKeywords, type Run, Undefined, type Value } from '../values/values.ts'
import { compileCall, compileExpression } from './compile-expression.ts'
import { Cells, type CompileBody, compileEntry, type Execute, type Frame, Output } from './frame.ts'
import { Macro, type MacroSignature, type MacroValues } from './macro.ts'

/** A macro, the block of a call, or transformers' `generation`. Source: Jinja2 3.1.6, compiler.py. */
export function compileMacro(
  node: MacroStatement | CallStatement,
  frame: Frame,
  compileBody: CompileBody,
): Execute {
  const make = compileDefinition(node, frame, compileBody)
  if (node.kind === 'macro') {
    const { slot } = frame.symbols.placeOf(node.name)
    return (run, cells) => {
      cells.values[slot] = make(run, cells)
      return 'done'
    }
  }
  const call = node.call
    ? compileCall(node.call, frame, make)
    : (run: Run, cells: Cells) => make(run, cells).call(run, [], noKeywords)
  return (run, cells, output) => {
    output.add(run, needText(call(run, cells), 'a call block'))
    return 'done'
  }
}

function compileDefinition(
  node: MacroStatement | CallStatement,
  frame: Frame,
  compileBody: CompileBody,
): (run: Run, cells: Cells) => Macro {
  const { parameters, defaults } = node
  const symbols = frame.symbols.inner(true)
  const macroFrame: Frame = { symbols, soft: false, inLoop: false, withinLoop: frame.withinLoop }
  const signature: MacroSignature = {
    name: node.kind === 'macro' ? node.name : undefined,
    parameters,
    takes: readsSpecial(node.body, parameters),
  }
  const firstDefault = parameters.length - defaults.length
  if (signature.takes.caller && parameters.includes('caller') && parameters.indexOf('caller') < firstDefault)
    throw new TemplateError(
      'syntax',
      'the argument "caller" of a macro must be omitted or be given a default',
    )
  const special = (['caller', 'kwargs', 'varargs'] as const).filter(
    (name) => signature.takes[name] && !parameters.includes(name),
  )
  const places = [...parameters, ...special].map((name) => symbols.declare(name))
  for (const value of defaults) symbols.visitExpression(value)
  symbols.visitAll(node.body)
  const defaultValues = defaults.map((value) => compileExpression(value, macroFrame))
  const enter = compileEntry(macroFrame)
  const body = compileBody(node.body, macroFrame)
  const levels = depthOf(node)

  const render = (run: Run, outer: Cells, given: MacroValues): Value => {
    const cells = new Cells(symbols.routine, outer)
    run.fuel.items(symbols.routine.size)
    places.forEach(({ slot }, at) => {
      cells.values[slot] = given[at]
    })
    enter(run, cells)
    parameters.forEach((name, at) => {
      const { slot } = places[at]!
      if (cells.values[slot] === undefined) cells.values[slot] = otherwise(run, cells, name, at)
    })
    const output = new Output()
    body(run, cells, output)
    return output.text(run)
  }
  const otherwise = (run: Run, cells: Cells, name: string, at: number): Value => {
    const value = defaultValues[at - firstDefault]
    return value ? value(run, cells) : new Undefined(`parameter '${name}' was not provided`)
  }
  return (run, cells) => {
    run.fuel.items(4)
    return new Macro(signature, (inner, given) => inner.fuel.call(levels, () => render(inner, cells, given)))
  }
}

/** The special names that a body reads before assigning them. */
function readsSpecial(body: Body, parameters: readonly string[]): MacroSignature['takes'] {
  const sought = new Set(['caller', 'kwargs', 'varargs'])
  const read = new Set<string>()
  const visit = (node: object): void => {
    const { kind, name } = node as { kind?: string; name?: string }
    if (kind === 'name' && sought.has(name!)) read.add(name!)
    else if (kind === 'store') sought.delete(name!)
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) visit(child)
  }
  visit(body)
  const takes = (name: string) => read.has(name) && !parameters.includes(name)
  return { caller: read.has('caller'), kwargs: takes('kwargs'), varargs: takes('varargs') }
}
