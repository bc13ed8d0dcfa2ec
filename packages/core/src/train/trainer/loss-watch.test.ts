import { expect, it } from 'vitest'
import { lossWatch } from './loss-watch.ts'

function watch(losses: readonly number[]): void {
  const see = lossWatch()
  for (const [index, loss] of losses.entries()) see({ step: index + 1, loss })
}

const flat = (value: number, steps: number) => new Array<number>(steps).fill(value)

it('lets a loss fall, wander and leap once', () => {
  watch([...flat(3, 10), ...flat(1, 50)])
  watch([...flat(2, 10), 12, ...flat(2, 20)])
  // Twice as much of next to nothing is next to nothing.
  watch([...flat(0.1, 10), ...flat(1.5, 40)])
})

it('stops where it has run away, with the step', () => {
  expect(() => watch([...flat(2, 8), ...flat(9, 7)])).toThrow(
    expect.objectContaining({
      code: 'TRAINING_FAILED',
      message: expect.stringMatching(/up to step \d+.*--run/),
    }),
  )
})
