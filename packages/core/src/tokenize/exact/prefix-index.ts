/** Finds which of many texts start at a position of another, in time that depends only on their lengths. */
export class PrefixIndex {
  /** Sorted by UTF-16 units, so that texts with a common beginning are adjacent, shortest first. */
  readonly #sorted: readonly string[]
  /** The range of texts that start with a unit. */
  readonly #starts = new Map<number, readonly [from: number, to: number]>()

  /** texts: distinct and not empty. */
  constructor(texts: Iterable<string>) {
    this.#sorted = [...texts].sort()
    for (let from = 0; from < this.#sorted.length; ) {
      const unit = this.#sorted[from]!.charCodeAt(0)
      const to = this.#after(unit, 0, from, this.#sorted.length)
      this.#starts.set(unit, [from, to])
      from = to
    }
  }

  /** The texts, indexed by the numbers that `at` returns. */
  get texts(): readonly string[] {
    return this.#sorted
  }

  /** Numbers of the texts found at a position, shortest first. */
  at(text: string, start: number): number[] {
    const found: number[] = []
    let [from, to] = this.#starts.get(text.charCodeAt(start)) ?? [0, 0]
    for (let depth = 1; from < to; depth++) {
      if (this.#sorted[from]!.length === depth) {
        found.push(from)
        from++
      }
      if (start + depth >= text.length) break
      const unit = text.charCodeAt(start + depth)
      to = this.#after(unit, depth, from, to)
      from = this.#after(unit - 1, depth, from, to)
    }
    return found
  }

  /** Within a range of texts equal up to a depth, the first whose next unit is greater. */
  #after(unit: number, depth: number, from: number, to: number): number {
    let [low, high] = [from, to]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle]!.charCodeAt(depth) > unit) high = middle
      else low = middle + 1
    }
    return low
  }
}
