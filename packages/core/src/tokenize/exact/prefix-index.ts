/** Finds which of many texts begin at a place of another, in time that depends on their lengths alone. */
export class PrefixIndex {
  /** In the order of UTF-16 units, so that texts that begin alike stand together, the shortest first. */
  readonly #sorted: readonly string[]
  /** The part of them that begins with a unit. */
  readonly #starts = new Map<number, readonly [from: number, to: number]>()

  /** texts: distinct, none of them empty. */
  constructor(texts: Iterable<string>) {
    this.#sorted = [...texts].sort()
    for (let from = 0; from < this.#sorted.length; ) {
      const unit = this.#sorted[from]!.charCodeAt(0)
      const to = this.#after(unit, 0, from, this.#sorted.length)
      this.#starts.set(unit, [from, to])
      from = to
    }
  }

  /** The texts in the order of their numbers, which are those that `at` gives. */
  get texts(): readonly string[] {
    return this.#sorted
  }

  /** The numbers of the texts that are at a place, the shortest first. */
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

  /** Of those that begin alike up to a depth, where the first stands whose next unit is greater. */
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
