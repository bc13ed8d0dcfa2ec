import { findFilter, findTest } from '../functions/filters.ts'
import { getAttribute, getItem, slice } from '../functions/subscript.ts'
import type { Arguments, Call, Expression, Filter } from '../syntax/syntax-tree.ts'
import { failed, TemplateError } from '../template-error.ts'
import { compare } from '../values/comparisons.ts'
import { Dict } from '../values/dict.ts'
import { iterate, rest, truth } from '../values/iterate.ts'
import { binary, concat, unary } from '../values/operators.ts'
import {
  Callable,
  isText,
  noKeywords,
  type Run,
  Tuple,
  textOf,
  typeName,
  Undefined,
  type Value,
} from '../values/values.ts'
import { cellsAt, distanceTo, type Evaluate, type Frame } from './frame.ts'

/** Compiles an expression to a function of the variables. Source: Jinja2 3.1.6, compiler.py. */
export function compileExpression(node: Expression, frame: Frame): Evaluate {
  const compile = (inner: Expression) => compileExpression(inner, frame)
  switch (node.kind) {
    case 'constant': {
      const { value } = node
      return () => value
    }
    case 'name':
      return compileName(node.name, frame)
    case 'tuple':
    case 'list': {
      const items = node.items.map(compile)
      const isTuple = node.kind === 'tuple'
      return (run, cells) => {
        run.fuel.items(items.length)
        const values = items.map((item) => item(run, cells))
        return isTuple ? new Tuple(values) : values
      }
    }
    case 'dict': {
      const pairs = node.items.map(([key, value]) => [compile(key), compile(value)] as const)
      return (run, cells) => {
        run.fuel.items(2 * pairs.length)
        const dict = new Dict()
        for (const [key, value] of pairs) dict.set(key(run, cells), value(run, cells))
        return dict
      }
    }
    case 'attribute': {
      const object = compile(node.object)
      const { name } = node
      return (run, cells) => {
        run.fuel.step()
        return getAttribute(run, object(run, cells), name)
      }
    }
    case 'item': {
      const [object, key] = [compile(node.object), compile(node.key)]
      return (run, cells) => {
        run.fuel.step()
        return getItem(run, object(run, cells), key(run, cells))
      }
    }
    case 'slice': {
      const object = compile(node.object)
      const bounds = [node.start, node.stop, node.step].map((bound) => (bound ? compile(bound) : () => null))
      return (run, cells) => {
        run.fuel.step()
        const value = object(run, cells)
        return slice(run, value, bounds.map((bound) => bound(run, cells)) as [Value, Value, Value])
      }
    }
    case 'call':
      return compileCall(node, frame)
    case 'filter':
      return compileFilter(node, frame)
    case 'test':
      return compileBuiltin(findTest, node, node.operand, frame)
    case 'concat': {
      const items = node.items.map(compile)
      return (run, cells) => {
        run.fuel.step()
        return concat(
          run,
          items.map((item) => item(run, cells)),
        )
      }
    }
    case 'compare':
      return compileComparison(node, compile)
    case 'binary': {
      const [left, right] = [compile(node.left), compile(node.right)]
      const { operator } = node
      return (run, cells) => {
        run.fuel.step()
        return binary(run, operator, left(run, cells), right(run, cells))
      }
    }
    case 'and':
    case 'or': {
      const [left, right] = [compile(node.left), compile(node.right)]
      const ends = node.kind === 'or'
      return (run, cells) => {
        run.fuel.step()
        const value = left(run, cells)
        return truth(run, value) === ends ? value : right(run, cells)
      }
    }
    case 'unary': {
      const operand = compile(node.operand)
      const { operator } = node
      return operator === 'not'
        ? (run, cells) => !truth(run, operand(run, cells))
        : (_run, cells) => unary(operator, operand(_run, cells))
    }
    case 'condition': {
      const soft = { ...frame, soft: true }
      const [test, then] = [compileExpression(node.test, soft), compileExpression(node.then, soft)]
      const otherwise = node.otherwise ? compileExpression(node.otherwise, soft) : () => noElse
      return (run, cells) => {
        run.fuel.step()
        return truth(run, test(run, cells)) ? then(run, cells) : otherwise(run, cells)
      }
    }
  }
}

const noElse = new Undefined('the inline if-expression evaluated to false and no else section was defined.')

function compileName(name: string, frame: Frame): Evaluate {
  const place = frame.symbols.placeOf(name)
  const distance = distanceTo(frame, place)
  const { slot } = place
  const nothing = new Undefined(`'${name}' is undefined`)
  const orNothing = (value: Value | undefined): Value => (value === undefined ? nothing : value)
  return distance === 0
    ? (_, cells) => orNothing(cells.values[slot])
    : (_, cells) => orNothing(cellsAt(cells, distance).values[slot])
}

function compileComparison(
  node: Extract<Expression, { kind: 'compare' }>,
  compile: (inner: Expression) => Evaluate,
): Evaluate {
  const first = compile(node.first)
  const others = node.others.map(({ operator, operand }) => ({ operator, operand: compile(operand) }))
  return (run, cells) => {
    let left = first(run, cells)
    for (const { operator, operand } of others) {
      run.fuel.step()
      const right = operand(run, cells)
      if (!compare(run, operator, left, right)) return false
      left = right
    }
    return true
  }
}

interface Given {
  readonly args: readonly Value[]
  readonly keywords: ReadonlyMap<string, Value>
}

/** The arguments of a call, filter or test. */
function compileArguments(
  node: Arguments,
  frame: Frame,
): (run: Run, cells: Parameters<Evaluate>[1]) => Given {
  const positional = node.positional.map((argument) => compileExpression(argument, frame))
  const named = node.named.map(([name, value]) => [name, compileExpression(value, frame)] as const)
  const spread = node.spread && compileExpression(node.spread, frame)
  const namedSpread = node.namedSpread && compileExpression(node.namedSpread, frame)
  return (run, cells) => {
    const args = positional.map((argument) => argument(run, cells))
    if (spread)
      for (const item of rest(iterate(run, spread(run, cells)))) {
        run.fuel.items(1)
        args.push(item)
      }
    if (named.length === 0 && !namedSpread) return { args, keywords: noKeywords }
    const keywords = new Map<string, Value>()
    for (const [name, value] of named) keywords.set(name, value(run, cells))
    if (namedSpread) addKeywords(run, keywords, namedSpread(run, cells))
    return { args, keywords }
  }
}

function addKeywords(run: Run, keywords: Map<string, Value>, value: Value): void {
  if (value instanceof Undefined) throw value.error()
  if (!(value instanceof Dict))
    throw failed(`TypeError: argument after ** must be a mapping, not ${typeName(value)}`)
  run.fuel.items(2 * value.size)
  for (const [key, item] of value.entries()) {
    if (!isText(key)) throw failed('TypeError: keywords must be strings')
    if (keywords.has(textOf(key)))
      throw failed(`TypeError: got multiple values for keyword argument '${textOf(key)}'`)
    keywords.set(textOf(key), item)
  }
}

/** A call; `caller` provides the block of a `call` tag. */
export function compileCall(node: Call, frame: Frame, caller?: Evaluate): Evaluate {
  const callee = compileExpression(node.callee, frame)
  const given = compileArguments(node, frame)
  return (run, cells) => {
    run.fuel.step()
    const object = callee(run, cells)
    const { args, keywords } = given(run, cells)
    if (object instanceof Undefined) throw object.error()
    if (!(object instanceof Callable)) throw failed(`TypeError: '${typeName(object)}' object is not callable`)
    return object.call(run, args, caller ? new Map([...keywords, ['caller', caller(run, cells)]]) : keywords)
  }
}

/** A filter; `block` provides the text of a block that it applies to. */
export function compileFilter(node: Filter, frame: Frame, block?: Evaluate): Evaluate {
  return compileBuiltin(findFilter, node, node.operand, frame, block)
}

function compileBuiltin(
  find: typeof findFilter,
  node: Arguments & { readonly name: string },
  operand: Expression | undefined,
  frame: Frame,
  block?: Evaluate,
): Evaluate {
  const value = operand
    ? // In a chain of filters, the innermost applies to the block.
      operand.kind === 'filter'
      ? compileFilter(operand, frame, block)
      : compileExpression(operand, frame)
    : block!
  const given = compileArguments(node, frame)
  const { name } = node
  const filter = found(find, name, frame.soft)
  return (run, cells) => {
    run.fuel.step()
    const first = value(run, cells)
    const { args, keywords } = given(run, cells)
    return filter(run, [first, ...args], keywords)
  }
}

/** Finds a filter or test; within a condition, a missing one is an error only when called. */
function found(find: typeof findFilter, name: string, soft: boolean): ReturnType<typeof findFilter> {
  try {
    return find(name)
  } catch (error) {
    if (!soft || !(error instanceof TemplateError)) throw error
    return () => {
      throw error
    }
  }
}
