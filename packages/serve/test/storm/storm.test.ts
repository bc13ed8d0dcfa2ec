import { afterAll, expect, it } from 'vitest'
import { tinyModel } from '../tiny-model.ts'
import { expectedAnswers, stormPrompts } from './expected-answers.ts'
import { storm, terminateUnderLoad } from './storm.ts'
import { startServer } from './storm-process.ts'

const model = await tinyModel()
afterAll(() => model.dispose())

it('loses no request in a storm, and none that has begun when it is told to end', async () => {
  const server = await startServer()
  const expected = await expectedAnswers(model)
  const figures = await storm(server, {
    ...{ requests: 150, atOnce: 30, swapEvery: 50, warmUp: 50, expected, prompts: stormPrompts },
  })
  expect(figures.lost).toEqual([])
  expect(figures.answered + figures.hungUp + figures.refused).toBe(150)
  expect(Math.min(figures.swaps, figures.hungUp, figures.refused)).toBeGreaterThan(3)
  expect(figures.end).toMatchObject({ unhandled: 0, running: 0 })
  const { begun, whole, exitCode } = await terminateUnderLoad(server, 8)
  expect(begun).toBeGreaterThanOrEqual(4)
  expect({ whole, exitCode }).toEqual({ whole: begun, exitCode: 0 })
})
