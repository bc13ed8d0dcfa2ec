import { beyond, limits } from '../fuel.ts'

/** An expression of the template language, following Jinja2's nodes.py. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: null | boolean | bigint | number | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly items: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly object: Expression; readonly key: Expression }
  | {
      readonly kind: 'slice'
      readonly object: Expression
      readonly start: Expression | undefined
      readonly stop: Expression | undefined
      readonly step: Expression | undefined
    }
  | Call
  | Filter
  | (Arguments & { readonly kind: 'test'; readonly operand: Expression; readonly name: string })
  | { readonly kind: 'concat'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'compare'
      readonly first: Expression
      readonly others: readonly { readonly operator: Comparison; readonly operand: Expression }[]
    }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Expression }
  | {
      readonly kind: 'condition'
      readonly test: Expression
      readonly then: Expression
      readonly otherwise: Expression | undefined
    }

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
/** Comparison operators that are a single token. */
export const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']

export interface Arguments {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
  /** `*args` */
  readonly spread: Expression | undefined
  /** `**kwargs` */
  readonly namedSpread: Expression | undefined
}

export const noArguments: Arguments = { positional: [], named: [], spread: undefined, namedSpread: undefined }

export type Call = Arguments & { readonly kind: 'call'; readonly callee: Expression }

export type Filter = Arguments & {
  readonly kind: 'filter'
  /** Absent in a filter block, where it is the block's text. */
  readonly operand: Expression | undefined
  readonly name: string
}

/** An assignment target. */
export type Target =
  | { readonly kind: 'store'; readonly name: string }
  | { readonly kind: 'field'; readonly name: string; readonly field: string }
  | { readonly kind: 'targets'; readonly items: readonly Target[] }

export interface Parameters {
  readonly parameters: readonly string[]
  /** Defaults of the last parameters. */
  readonly defaults: readonly Expression[]
}

export type MacroStatement = Parameters & {
  readonly kind: 'macro'
  readonly name: string
  readonly body: Body
}

export type CallStatement = Parameters & {
  readonly kind: 'callBlock'
  /** Absent for `generation`, which outputs its body's text. */
  readonly call: Call | undefined
  readonly body: Body
}

export type ForStatement = {
  readonly kind: 'for'
  readonly target: Target
  readonly iterable: Expression
  readonly test: Expression | undefined
  readonly recursive: boolean
  readonly body: Body
  readonly otherwise: Body
}

export type IfStatement = {
  readonly kind: 'if'
  readonly branches: readonly { readonly test: Expression; readonly body: Body }[]
  readonly otherwise: Body
}

export type Statement =
  | { readonly kind: 'data'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression }
  | { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
  | {
      readonly kind: 'setBlock'
      readonly target: Target
      readonly filter: Filter | undefined
      readonly body: Body
    }
  | { readonly kind: 'filterBlock'; readonly filter: Filter; readonly body: Body }
  | {
      readonly kind: 'with'
      readonly targets: readonly Target[]
      readonly values: readonly Expression[]
      readonly body: Body
    }
  | { readonly kind: 'break' | 'continue' }
  | IfStatement
  | ForStatement
  | MacroStatement
  | CallStatement

export type Body = readonly Statement[]

const depths = new WeakMap<object, number>()

/** Depth of nested nodes, statements and expressions. 0 for trees that were not checked. */
export const depthOf = (node: object) => depths.get(node) ?? 0

/**
 * Refuses a tree that is too deep, even without brackets, such as a long sum: evaluation recurses once per level. The check
 * itself is not recursive.
 */
export function checkDepth(tree: Body): void {
  const path: { readonly node: object; readonly children: object[]; depth: number }[] = []
  const enter = (node: object) => {
    if (path.length > limits.depth) throw beyond(`${limits.depth} levels of nesting`)
    path.push({ node, children: Object.values(node).filter(isNode), depth: 0 })
  }
  enter(tree)
  for (let level = path.at(-1); level; level = path.at(-1)) {
    const child = level.children.pop()
    if (child) enter(child)
    else {
      path.pop()
      depths.set(level.node, level.depth)
      const outer = path.at(-1)
      if (outer) outer.depth = Math.max(outer.depth, level.depth + 1)
    }
  }
}

const isNode = (value: unknown): value is object => typeof value === 'object' && value !== null
