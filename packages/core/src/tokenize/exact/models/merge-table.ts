const empty = -1

/**
 * Ranks and results of merges, by their two tokens: a hash table with open addressing in typed arrays, which takes a third of a
 * Map's memory and time.
 */
export class MergeTable {
  readonly #mask: number
  readonly #lefts: Int32Array
  readonly #rights: Int32Array
  readonly #ranks: Int32Array
  /** [rank] */
  readonly #results: Int32Array
  // Random, so that no file can make all merges collide.
  readonly #factors = [0, 1].map(() => Math.floor(Math.random() * 2 ** 31) * 2 + 1) as [number, number]

  constructor(count: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * count + 2))
    this.#mask = places - 1
    this.#lefts = new Int32Array(places).fill(empty)
    this.#rights = new Int32Array(places)
    this.#ranks = new Int32Array(places)
    this.#results = new Int32Array(count)
  }

  /** For a repeated pair, the last rank counts. */
  set(left: number, right: number, rank: number, result: number): void {
    const place = this.#find(left, right)
    this.#lefts[place] = left
    this.#rights[place] = right
    this.#ranks[place] = rank
    this.#results[rank] = result
  }

  /** The rank of a pair, lower ranks merge first; -1 if there is no merge. */
  rankOf(left: number, right: number): number {
    const place = this.#find(left, right)
    return this.#lefts[place] === empty ? -1 : this.#ranks[place]!
  }

  /** The token that results from the merge with a rank. */
  resultOf(rank: number): number {
    return this.#results[rank]!
  }

  #find(left: number, right: number): number {
    const hash = Math.imul(left, this.#factors[0]) + Math.imul(right, this.#factors[1])
    let place = (hash ^ (hash >>> 15)) & this.#mask
    while (this.#lefts[place] !== empty && (this.#lefts[place] !== left || this.#rights[place] !== right))
      place = (place + 1) & this.#mask
    return place
  }
}
