import type { HostTensor } from '@policypatch/core'

export interface QuantizedMatrix {
  /** [rows, columns], row-major. */
  readonly values: Int8Array
  /** Of each column, [columns]. */
  readonly scales: Float32Array
}

/**
 * Rounds a matrix [n, m] (or its transpose) to int8 column by column: values[i, j] = round(w[i, j] / scales[j]) with
 * scales[j] = max over i of |w[i, j]| / 127.
 */
export function quantizeWeight({ shape, data }: HostTensor, transposed: boolean): QuantizedMatrix {
  const [rows, columns] = shape as [number, number]
  return transposed ? byRows(data, rows, columns) : byColumns(data, rows, columns)
}

type Elements = HostTensor['data']

function byColumns(data: Elements, rows: number, columns: number): QuantizedMatrix {
  const largest = new Float32Array(columns)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const size = Math.abs(data[at] as number)
      if (size > (largest[column] as number)) largest[column] = size
    }
  }
  const { scales, factors } = scalesOf(largest)
  const values = new Int8Array(data.length)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++)
      values[at] = Math.round((data[at] as number) * (factors[column] as number))
  }
  return { values, scales }
}

/** Written in tiles: rows become columns, and neither side should be walked in strides over all of memory. */
const tile = 64

function byRows(data: Elements, rows: number, columns: number): QuantizedMatrix {
  const largest = new Float32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) {
    let most = 0
    for (const end = at + columns; at < end; at++) {
      const size = Math.abs(data[at] as number)
      if (size > most) most = size
    }
    largest[row] = most
  }
  const { scales, factors } = scalesOf(largest)
  const values = new Int8Array(data.length)
  for (let first = 0; first < rows; first += tile) {
    const last = Math.min(first + tile, rows)
    for (let column = 0; column < columns; column++) {
      for (let row = first, to = column * rows + first; row < last; row++, to++)
        values[to] = Math.round((data[row * columns + column] as number) * (factors[row] as number))
    }
  }
  return { values, scales }
}

/** A column of zeros has the factor 0. */
function scalesOf(largest: Float32Array): { scales: Float32Array; factors: Float64Array } {
  const scales = largest.map((size) => size / 127)
  return { scales, factors: Float64Array.from(largest, (size) => (size > 0 ? 127 / size : 0)) }
}
