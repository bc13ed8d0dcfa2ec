import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../test/models/scripted-model.ts'
import { functionJudge } from '../pairs/judges/judge.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { evaluateRefusal } from './evaluate-refusal.ts'

const prompts: PatchPrompt[] = Array.from({ length: 40 }, (_, i) => ({
  prompt: `prompt ${i}`,
  kind: i % 2 ? 'harmless' : 'harmful',
}))

/** Refuses by the prompt's number: 15 of 20 harmful, 3 of 20 harmless; says nothing to two of each. */
const model = () =>
  scriptedModel('m', (prompt, draw) => {
    const number = Number(lastTurn(prompt).split(' ')[1])
    const place = Math.floor(number / 2)
    if (place >= 18) return '...'
    return place < (number % 2 ? 3 : 15) ? "I'm sorry, but I can't help with that." : `Yes: ${draw()}`
  })

describe('evaluateRefusal', () => {
  it('counts refusals of both kinds of prompts, and degenerate responses apart', async () => {
    const result = await evaluateRefusal({ model: model(), prompts })
    expect(result.refusal).toMatchObject({ value: 15 / 20, n: 20 })
    expect(result.overRefusal).toMatchObject({ value: 3 / 20, n: 20 })
    expect(result.degenerate).toBe(4)
    expect(result.judge).toBe('refusal-phrases-v2')
    expect(result.responses.map(({ prompt }) => prompt)).toEqual(prompts.map(({ prompt }) => prompt))
    const responses = result.responses.map(({ response }) => response)
    expect(await evaluateRefusal({ responses, prompts })).toEqual(result)
    expect(await evaluateRefusal({ reference: modelReference({ model: model() }), prompts })).toEqual(result)
  })

  it('goes on after an interruption to the same result, and asks and judges nothing twice', async () => {
    const generation = { temperature: 1, seed: 2 }
    const whole = await evaluateRefusal({ model: model(), generation, prompts })
    const storage = memoryStorage()
    const path = { storage, path: 'evaluation.jsonl' }
    const controller = new AbortController()
    const first = model()
    const stopped = evaluateRefusal({
      model: first,
      generation,
      prompts,
      path,
      signal: controller.signal,
      onProgress: ({ done }) => done === 17 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    // A writer killed in the middle of a line.
    await storage.append('evaluation.jsonl', new TextEncoder().encode('{"source":"mod'))
    const second = model()
    expect(await evaluateRefusal({ model: second, generation, prompts, path })).toEqual(whole)
    expect(first.asked.length + second.asked.length).toBe(prompts.length)
    const third = model()
    expect(await evaluateRefusal({ model: third, generation, prompts, path })).toEqual(whole)
    expect(third.asked).toEqual([])
  })

  it('gives each prompt its own stored response, though it goes on in the middle', async () => {
    const responses = prompts.map((_, place) => `This is answer ${place}.`)
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    const controller = new AbortController()
    const onProgress = ({ done }: { done: number }) => done === 17 && controller.abort()
    const stopped = evaluateRefusal({ responses, prompts, path, signal: controller.signal, onProgress })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const result = await evaluateRefusal({ responses, prompts, path })
    expect(result.responses.map(({ response }) => response)).toEqual(responses)
  })

  it('does not mix runs: another prefix, other options, another judge', async () => {
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    await evaluateRefusal({ model: model(), prompts, path })
    const prefix = { length: 1, embeddings: Float32Array.of(1) }
    const judge = functionJudge({ name: 'always', score: () => 1 })
    for (const other of [
      { model: { ...model(), prefix }, prompts, path },
      { model: model(), generation: { maxTokens: 5 }, prompts, path },
      { model: model(), judge, prompts, path },
    ]) {
      await expect(evaluateRefusal(other)).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    }
  })

  it('refuses no prompts, and responses that do not go with the prompts', async () => {
    await expect(evaluateRefusal({ model: model(), prompts: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
    await expect(evaluateRefusal({ responses: ['one'], prompts })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/prompt 1/),
    })
  })
})
