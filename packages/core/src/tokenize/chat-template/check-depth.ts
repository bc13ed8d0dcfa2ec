import { beyond, limits } from './fuel.ts'
import type { Body } from './syntax-tree.ts'

const depths = new WeakMap<object, number>()

/** Levels of nodes within each other, of statements and expressions. 0 for what has not been checked. */
export const depthOf = (node: object) => depths.get(node) ?? 0

/**
 * Refuses a tree of too many levels, also one that is deep without brackets, as a long sum is: evaluation calls itself
 * once a level. Goes over the tree without calling itself.
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
