/** The positions of several pieces. */
export interface Packing {
  /** Rows in use. */
  readonly rows: number
  /** Row and start of each piece, in the given order. */
  readonly places: readonly { readonly row: number; readonly start: number }[]
}

/**
 * Packs pieces into rows of a given capacity, longest first, each into the first row with room for it (first-fit decreasing: at
 * most 11/9 of the minimum number of rows, plus one). A piece longer than the capacity gets a row to itself.
 */
export function packRows(lengths: readonly number[], capacity: number): Packing {
  const used: number[] = []
  const places: { row: number; start: number }[] = new Array(lengths.length)
  const order = [...lengths.keys()].sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b)
  for (const piece of order) {
    const length = lengths[piece] as number
    const fitting = used.findIndex((taken) => taken + length <= capacity)
    const row = fitting >= 0 ? fitting : used.push(0) - 1
    places[piece] = { row, start: used[row] as number }
    used[row] = (used[row] as number) + length
  }
  return { rows: used.length, places }
}

/** At these lengths, attention, which grows with the square of the length, stays small compared to the rest. */
const ROW_LENGTHS = [64, 96, 128]

/** Step between row lengths for longer pieces, to limit their number. */
const LONG_STEP = 128

/** Above four, the number of rows is even: one empty row costs less than another program. */
const roundRows = (rows: number): number => (rows > 4 ? 2 * Math.ceil(rows / 2) : rows)

/**
 * The shape of the rows for packing pieces. Only a few lengths are considered, so that few programs are compiled; the one with
 * the fewest places in total is chosen.
 */
export function packedShape(lengths: readonly number[]): { readonly batch: number; readonly length: number } {
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const longest = Math.max(...lengths)
  if (total <= (ROW_LENGTHS[0] as number)) return { batch: 1, length: 16 * Math.ceil(total / 16) }
  const fitting = ROW_LENGTHS.filter((length) => length >= longest)
  const candidates = fitting.length > 0 ? fitting : [LONG_STEP * Math.ceil(longest / LONG_STEP)]
  const shapes = candidates.map((length) => ({ batch: roundRows(packRows(lengths, length).rows), length }))
  return shapes.reduce((best, shape) =>
    shape.batch * shape.length < best.batch * best.length ? shape : best,
  )
}
