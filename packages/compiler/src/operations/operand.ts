import type { Value } from '../value.ts'
import { matrixTransposeOf } from './transpose.ts'

/** One side of a matrix product. */
export interface Operand {
  readonly value: Value
  readonly transposed: boolean
  readonly rows: number
  readonly columns: number
}

/** Takes a transposition that stands before the product into its flag. */
export function operand(value: Value, transposed: boolean): Operand {
  const source = matrixTransposeOf(value)
  if (source) return operand(source, !transposed)
  const [first = 1, second = 1] = value.shape.slice(-2)
  return { value, transposed, rows: transposed ? second : first, columns: transposed ? first : second }
}
