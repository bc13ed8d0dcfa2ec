import { util } from '@policypatch/core/tf'
import { constant } from '../graph/constant.ts'
import type { ElementType } from '../graph/value.ts'
import { type KernelTable, kernel } from './kernel.ts'

/** Number of steps from `start` to `stop`, exclusive. */
function stepsBetween(start: number, stop: number, step: number): number {
  return Math.max(0, Math.ceil((stop - start) / step))
}

export const creationKernels: KernelTable = {
  Fill: kernel<never, { shape: number[]; value: number; dtype?: ElementType }>((_, { shape, value, dtype }) =>
    constant(value, shape, dtype ?? (util.inferDtype(value) as ElementType)),
  ),
  ZerosLike: kernel<'x'>(({ x }) => constant(0, x.shape, x.dtype)),
  OnesLike: kernel<'x'>(({ x }) => constant(1, x.shape, x.dtype)),
  Range: kernel<never, { start: number; stop: number; step: number; dtype: ElementType }>(
    (_, { start, stop, step, dtype }) => {
      const length = stepsBetween(start, stop, step)
      return constant(
        Array.from({ length }, (_value, index) => start + index * step),
        [length],
        dtype,
      )
    },
  ),
  LinSpace: kernel<never, { start: number; stop: number; num: number }>((_, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0
    return constant(
      Array.from({ length: num }, (_value, index) => start + index * step),
      [num],
      'float32',
    )
  }),
}
