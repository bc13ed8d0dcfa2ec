import { expect, it } from 'vitest'
import { learningRateAt, type ScheduleType } from './schedule.ts'

// transformers 5.23.0: get_{cosine,linear,constant}_schedule_with_warmup, rate 0.4, 3 steps of warm-up, 10 in all.
const recorded: Record<ScheduleType, number[]> = {
  cosine: [
    0.4, 0.38019377358, 0.324697960372, 0.244504186791, 0.155495813209, 0.075302039628, 0.01980622642, 0,
  ],
  linear: [
    0.4, 0.342857142857, 0.285714285714, 0.228571428571, 0.171428571429, 0.114285714286, 0.057142857143, 0,
  ],
  constant: [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4],
}

it.each(Object.keys(recorded) as ScheduleType[])('%s, as transformers has it', (schedule) => {
  const rates = Array.from({ length: 11 }, (_, step) =>
    learningRateAt(step, { learningRate: 0.4, steps: 10, warmupSteps: 3, schedule }),
  )
  for (const [step, rate] of [0, 0.133333333333, 0.266666666667, ...recorded[schedule]].entries())
    expect(rates[step]).toBeCloseTo(rate, 10)
})

it('starts at the full rate without a warm-up, and falls along a cosine unless told otherwise', () => {
  expect(learningRateAt(0, { learningRate: 0.4, steps: 8 })).toBe(0.4)
  expect(learningRateAt(4, { learningRate: 0.4, steps: 8 })).toBeCloseTo(0.2, 12)
})

it('stays at 0 beyond the last step, and copes with a warm-up as long as the run', () => {
  expect(learningRateAt(20, { learningRate: 0.4, steps: 8, schedule: 'linear' })).toBe(0)
  expect(learningRateAt(5, { learningRate: 0.4, steps: 5, warmupSteps: 5 })).toBe(0.4)
})
