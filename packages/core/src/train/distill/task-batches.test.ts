import { describe, expect, it } from 'vitest'
import { taskBatches } from './task-batches.ts'

const tasks = [
  { name: 'a', rows: 5, share: 2 },
  { name: 'b', rows: 3, share: 1 },
]

describe('taskBatches', () => {
  it('draws tasks by their shares, every row once before any comes again', () => {
    const batches = taskBatches(tasks, { steps: 15, batchSize: 4, seed: 1 })
    const drawn = batches.flat()
    expect(batches.every((batch) => batch.length === 4)).toBe(true)
    const rows = (task: number) => drawn.filter((one) => one.task === task).map(({ row }) => row)
    expect([rows(0).length, rows(1).length]).toEqual([40, 20])
    for (let at = 0; at < 40; at += 5)
      expect(
        rows(0)
          .slice(at, at + 5)
          .sort(),
      ).toEqual([0, 1, 2, 3, 4])
    for (let at = 0; at < 18; at += 3)
      expect(
        rows(1)
          .slice(at, at + 3)
          .sort(),
      ).toEqual([0, 1, 2])
  })

  it('depends on the seed, and not on how many steps follow', () => {
    const all = taskBatches(tasks, { steps: 6, batchSize: 3, seed: 1 })
    expect(taskBatches(tasks, { steps: 3, batchSize: 3, seed: 1 })).toEqual(all.slice(0, 3))
    expect(taskBatches(tasks, { steps: 6, batchSize: 3, seed: 2 })).not.toEqual(all)
  })

  it('refuses tasks without rows and shares that are none', () => {
    const settings = { steps: 1, batchSize: 1, seed: 0 }
    for (const bad of [[], [{ name: 'a', rows: 0, share: 1 }]])
      expect(() => taskBatches(bad, settings)).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }))
    for (const share of [0, -1, Number.NaN])
      expect(() => taskBatches([{ name: 'a', rows: 1, share }], settings)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', found: `${share} for a` }),
      )
  })
})
