import { expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../../test/models/scripted-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { evaluateInstructions } from './evaluate-instructions.ts'
import type { InstructionCheck } from './follows-instruction.ts'

const instructions: InstructionCheck[] = Array.from({ length: 10 }, (_, i) => ({
  prompt: `What is ${i} times 2?`,
  require: [{ type: 'number', value: 2 * i }],
}))

/** Cannot count beyond 12. */
const model = () =>
  scriptedModel('m', (prompt) => `It is ${Math.min(12, 2 * Number(/\d+/.exec(lastTurn(prompt))?.[0]))}.`)

it('gives the share of instructions that are followed, put as chats', async () => {
  const [figure, ...others] = await evaluateInstructions({ model: model(), instructions, data: 'sums' })
  expect(others).toEqual([])
  expect(figure).toMatchObject({
    domain: 'ability',
    metric: 'instructions followed',
    judge: 'instruction-checks-v1',
    subject: 'base',
    data: 'sums',
    n: 10,
    value: 0.7,
    values: [1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
  })
})

it('goes on after an interruption, and is not mixed with another run', async () => {
  const path = { storage: memoryStorage(), path: 'instructions.jsonl' }
  const controller = new AbortController()
  const first = model()
  const stopped = evaluateInstructions({
    model: first,
    instructions,
    path,
    signal: controller.signal,
    onProgress: ({ stage, done }) => {
      expect(stage).toBe('instructions')
      if (done === 4) controller.abort()
    },
  })
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
  const second = model()
  const [figure] = await evaluateInstructions({ model: second, instructions, path })
  expect(figure?.value).toBe(0.7)
  expect(first.asked.length + second.asked.length).toBe(10)
  await expect(
    evaluateInstructions({ model: model(), instructions, path, maxTokens: 5 }),
  ).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  await expect(evaluateInstructions({ model: model(), instructions: [] })).rejects.toMatchObject({
    code: 'EMPTY_DATA',
  })
})
