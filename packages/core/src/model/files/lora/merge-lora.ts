import { PatchError } from '../../../errors.ts'

/** The two factors of a low-rank weight update, row-major. */
export interface LoraFactors {
  /** A: [rank, in]; [rank, V] for an embedding. */
  readonly a: Float32Array
  /** B: [out, rank]; [d, rank] for an embedding. */
  readonly b: Float32Array
  readonly rank: number
  readonly scale: number
}

type Shape = readonly [number, number]

/**
 * W ← W + scale·B·A in place, W [out, in] (Hu et al. 2021, "LoRA", Eq. 3).
 *
 * @throws PatchError `SHAPE_MISMATCH` if weight or factors do not have these shapes.
 */
export function mergeLora(weight: Float32Array, [outSize, inSize]: Shape, factors: LoraFactors): void {
  const { a, b, rank, scale } = factors
  checkLength('W', weight, [outSize, inSize])
  checkLength('A', a, [rank, inSize])
  checkLength('B', b, [outSize, rank])
  const change = new Float32Array(inSize)
  for (let row = 0; row < outSize; row++) {
    change.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = b[row * rank + r]!
      const from = r * inSize
      for (let i = 0; i < inSize; i++) change[i]! += factor * a[from + i]!
    }
    const to = row * inSize
    for (let i = 0; i < inSize; i++) weight[to + i]! += scale * change[i]!
  }
}

/** W ← W + scale·(B·A)ᵀ in place, where W [V, d] is an embedding. Throws as {@link mergeLora}. */
export function mergeEmbeddingLora(
  weight: Float32Array,
  [vocabulary, width]: Shape,
  factors: LoraFactors,
): void {
  const { a, b, rank, scale } = factors
  checkLength('A', a, [rank, vocabulary])
  checkLength('B', b, [width, rank])
  mergeLora(weight, [vocabulary, width], {
    a: transposed(b, [width, rank]),
    b: transposed(a, [rank, vocabulary]),
    rank,
    scale,
  })
}

function transposed(values: Float32Array, [rows, columns]: Shape): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column]!
  }
  return result
}

/**
 * DoRA (Liu et al. 2024, Eq. 5) after B·A is added: rescales each row of W [out, in], or each column of an embedding [V, d], to
 * its magnitude. A norm of 0 leaves non-finite values.
 *
 * @throws PatchError `SHAPE_MISMATCH` unless there is one magnitude for each.
 */
export function setNorms(
  weight: Float32Array,
  [rows, columns]: Shape,
  magnitudes: Float32Array,
  along: 'rows' | 'columns',
): void {
  const [count, lines, step, between] =
    along === 'rows' ? [rows, columns, 1, columns] : [columns, rows, columns, 1]
  checkLength('the magnitudes', magnitudes, [count, 1])
  for (let line = 0; line < count; line++) {
    const start = line * between
    let squares = 0
    for (let i = 0; i < lines; i++) squares += weight[start + i * step]! ** 2
    const factor = magnitudes[line]! / Math.sqrt(squares)
    for (let i = 0; i < lines; i++) weight[start + i * step]! *= factor
  }
}

function checkLength(name: string, data: Float32Array, shape: Shape) {
  if (data.length === shape[0] * shape[1]) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `${name} of shape [${shape.join(', ')}], ${shape[0] * shape[1]} values,`,
    found: `${data.length} values`,
    remedy: 'Use an adapter made for this model',
  })
}
