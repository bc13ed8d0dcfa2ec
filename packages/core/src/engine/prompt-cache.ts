import type { HostTensor } from '../backend/backend.ts'
import type { BlockKeyValues } from '../model/decoder/key-value-cache.ts'
import type { Prefix } from '../model/language-model/language-model.ts'

/** Cached keys and values of the first tokens of a prompt, in consecutive pieces. */
export interface PromptMatch {
  /** Number of tokens that they cover. */
  readonly tokens: number
  readonly pieces: readonly { readonly block: BlockKeyValues; readonly length: number }[]
}

/** Where keys and values are in a block: their row, and the position of the first token. */
export interface BlockPlace {
  readonly block: BlockKeyValues
  readonly row: number
  readonly start: number
}

/**
 * A least-recently-used cache of keys and values of prompts, by prefix and tokens, up to a size limit. Prompts with the same
 * beginning share it: a radix tree (RadixAttention, Zheng et al. 2024).
 */
export interface PromptCache {
  /** Total size of the keys and values held. */
  readonly bytes: number
  /** The longest cached beginning of the tokens. */
  match(prefix: Prefix | undefined, tokens: readonly number[]): PromptMatch
  /** Caches those of the tokens that are not cached yet, with their keys and values from a block. */
  keep(prefix: Prefix | undefined, tokens: readonly number[], place: BlockPlace): void
  clear(): void
}

/** A run of tokens that follows those of its ancestors. */
interface Node {
  tokens: readonly number[]
  /** [kvHeads, 1, tokens, D] each. */
  block: BlockKeyValues
  children: Map<number, Node>
  lastUse: number
}

/** Fewer tokens are not worth a node. */
const LEAST_TOKENS = 8

/** @param limit in bytes; 0 disables the cache */
export function createPromptCache(limit: number): PromptCache {
  const roots = new Map<Prefix | undefined, Node>()
  let bytes = 0
  let clock = 0

  /** The nodes along the longest cached beginning of the tokens; the last one may match only in part. Marks them as used. */
  const path = (prefix: Prefix | undefined, tokens: readonly number[]) => {
    const steps: { readonly node: Node; readonly length: number }[] = []
    let at = 0
    let parent = roots.get(prefix)
    while (parent && at < tokens.length) {
      const node = parent.children.get(tokens[at] as number)
      if (!node) break
      const length = commonLength(node.tokens, tokens, at)
      steps.push({ node, length })
      node.lastUse = ++clock
      at += length
      parent = length === node.tokens.length ? node : undefined
    }
    return { steps, at }
  }

  const evict = () => {
    while (bytes > limit) {
      let oldest:
        | { readonly parent: Node; readonly node: Node; readonly prefix: Prefix | undefined }
        | undefined
      for (const [prefix, root] of roots) {
        for (const leaf of leavesOf(root)) {
          if (!oldest || leaf.node.lastUse < oldest.node.lastUse) oldest = { ...leaf, prefix }
        }
      }
      if (!oldest) return
      oldest.parent.children.delete(oldest.node.tokens[0] as number)
      bytes -= sizeOf(oldest.node.block)
      if (roots.get(oldest.prefix)?.children.size === 0) roots.delete(oldest.prefix)
    }
  }

  return {
    get bytes() {
      return bytes
    },
    match(prefix, tokens) {
      const { steps, at } = path(prefix, tokens)
      return { tokens: at, pieces: steps.map(({ node, length }) => ({ block: node.block, length })) }
    },
    keep(prefix, tokens, { block, row, start }) {
      if (limit === 0) return
      const { steps, at } = path(prefix, tokens)
      if (tokens.length - at < LEAST_TOKENS) return
      const root = roots.get(prefix) ?? { tokens: [], block: {}, children: new Map(), lastUse: 0 }
      roots.set(prefix, root)
      const last = steps.at(-1)
      if (last && last.length < last.node.tokens.length) split(last.node, last.length)
      const own = part(block, row, start + at, tokens.length - at)
      const node = { tokens: tokens.slice(at), block: own, children: new Map(), lastUse: ++clock }
      ;(last?.node ?? root).children.set(tokens[at] as number, node)
      bytes += sizeOf(own)
      evict()
    },
    clear() {
      roots.clear()
      bytes = 0
    },
  }
}

/** Number of leading tokens of a node that equal `tokens` from position `at` on. */
function commonLength(own: readonly number[], tokens: readonly number[], at: number): number {
  let length = 0
  while (length < own.length && own[length] === tokens[at + length]) length++
  return length
}

/** Cuts a node to its first tokens, and moves the others to a new only child. */
function split(node: Node, length: number): void {
  const { tokens, block, children, lastUse } = node
  const rest: Node = {
    tokens: tokens.slice(length),
    block: part(block, 0, length, tokens.length - length),
    ...{ children, lastUse },
  }
  node.tokens = tokens.slice(0, length)
  node.block = part(block, 0, 0, length)
  node.children = new Map([[rest.tokens[0] as number, rest]])
}

function* leavesOf(parent: Node): Generator<{ readonly parent: Node; readonly node: Node }> {
  for (const node of parent.children.values()) {
    if (node.children.size === 0) yield { parent, node }
    else yield* leavesOf(node)
  }
}

/** A copy of some positions of one row of a block: [kvHeads, 1, count, D] each. */
function part(block: BlockKeyValues, row: number, from: number, count: number): BlockKeyValues {
  return Object.fromEntries(
    Object.entries(block).map(([name, { data, shape }]) => {
      const [heads, rows, places, size] = shape as [number, number, number, number]
      const own = new Float32Array(heads * count * size)
      for (let head = 0; head < heads; head++) {
        const start = ((head * rows + row) * places + from) * size
        own.set(data.subarray(start, start + count * size), head * count * size)
      }
      return [name, { shape: [heads, 1, count, size], data: own } satisfies HostTensor]
    }),
  )
}

const sizeOf = (block: BlockKeyValues): number =>
  Object.values(block).reduce((sum, { data }) => sum + data.byteLength, 0)
