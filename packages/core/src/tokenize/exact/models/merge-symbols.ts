import type { MergeTable } from './merge-table.ts'

/** Number of positions in a word that can be encoded together with a rank in one number. */
const mostPlaces = 2 ** 32

/**
 * Merges neighbouring pairs, lowest rank first and leftmost among equals, until none is left. Takes time n · log n. As in the
 * tokenizers library, a queued merge whose pair has changed still applies if it makes the same token.
 *
 * @param symbols token ids of a word's characters
 * @returns token ids
 */
export function mergeSymbols(symbols: readonly number[], merges: MergeTable): number[] {
  const count = symbols.length
  const ids = Int32Array.from(symbols)
  const previous = Int32Array.from(symbols, (_, i) => i - 1)
  const next = Int32Array.from(symbols, (_, i) => (i + 1 < count ? i + 1 : -1))
  const isGone = new Uint8Array(count)
  const queue = new MinHeap()
  const offer = (left: number) => {
    const right = next[left]!
    if (right < 0) return
    const rank = merges.rankOf(ids[left]!, ids[right]!)
    if (rank >= 0) queue.push(rank * mostPlaces + left)
  }
  for (let i = 0; i + 1 < count; i++) offer(i)
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const left = key % mostPlaces
    const right = next[left]!
    if (isGone[left] || right < 0) continue
    const result = merges.resultOf(Math.floor(key / mostPlaces))
    const rank = merges.rankOf(ids[left]!, ids[right]!)
    if (rank < 0 || merges.resultOf(rank) !== result) continue
    ids[left] = result
    isGone[right] = 1
    next[left] = next[right]!
    if (next[left]! >= 0) previous[next[left]!] = left
    if (previous[left]! >= 0) offer(previous[left]!)
    offer(left)
  }
  return Array.from(ids).filter((_, i) => !isGone[i])
}

/** A binary min-heap of numbers. */
class MinHeap {
  readonly #keys: number[] = []

  push(key: number): void {
    const keys = this.#keys
    let at = keys.push(key) - 1
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (keys[parent]! <= key) break
      keys[at] = keys[parent]!
      at = parent
    }
    keys[at] = key
  }

  pop(): number | undefined {
    const keys = this.#keys
    const top = keys[0]
    const last = keys.pop()
    if (last === undefined || keys.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= keys.length) break
      if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= last) break
      keys[at] = keys[child]!
      at = child
    }
    keys[at] = last
    return top
  }
}
