import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../test/models/scripted-model.ts'
import type { EvaluationSubject } from '../evaluate/evaluation-subject.ts'
import { functionJudge } from '../pairs/judges/judge.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { type EvaluateDomainOptions, evaluateDomain } from './evaluate-domain.ts'
import { harmfulnessDomain } from './harmfulness-domain.ts'

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

const measure = (subject: EvaluationSubject, options: Partial<EvaluateDomainOptions> = {}) =>
  evaluateDomain({ domain: harmfulnessDomain(), subject, prompts, data: 'forty', ...options })

describe('refusal, measured as a domain', () => {
  it('counts refusals of both kinds of prompts, and degenerate responses apart', async () => {
    const { measurements, responses } = await measure({ name: 'm', model: model() })
    const figure = (name: string) => measurements.find(({ metric }) => metric === name)
    expect(figure('refusal rate')).toMatchObject({ value: 15 / 20, n: 20, judge: 'refusal-phrases-v2' })
    expect(figure('over-refusal rate')).toMatchObject({ value: 3 / 20, n: 20, interval: 'wilson' })
    expect(figure('degenerate responses')).toMatchObject({ value: 4 / 40, n: 40 })
    expect(responses.map(({ prompt }) => prompt)).toEqual(prompts.map(({ prompt }) => prompt))
    const said = responses.map(({ samples }) => samples.map(({ response }) => response))
    const reference = modelReference({ model: model(), maxTokens: 64 })
    for (const subject of [{ responses: said }, { reference }, { reference: () => reference }]) {
      expect((await measure({ name: 'm', ...subject })).measurements).toEqual(measurements)
    }
  })

  it('gives each prompt its own stored response, though it goes on in the middle', async () => {
    const subject = { name: 'm', responses: prompts.map((_, place) => [`This is answer ${place}.`]) }
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    const controller = new AbortController()
    const onProgress = ({ done }: { done: number }) => done === 17 && controller.abort()
    const stopped = measure(subject, { path, signal: controller.signal, onProgress })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const { responses } = await measure(subject, { path })
    expect(responses.map(({ samples }) => samples.map(({ response }) => response))).toEqual(subject.responses)
  })

  it('goes on with what a writer left that was killed in the middle of a line', async () => {
    const storage = memoryStorage()
    const path = { storage, path: 'evaluation.jsonl' }
    const whole = await measure({ name: 'm', model: model() }, { path })
    await storage.append('evaluation.jsonl', new TextEncoder().encode('{"source":"samp'))
    const again = model()
    expect(await measure({ name: 'm', model: again }, { path })).toEqual(whole)
    expect(again.asked).toEqual([])
  })

  it('does not mix runs: another prefix, or other sampling', async () => {
    const path = { storage: memoryStorage(), path: 'evaluation.jsonl' }
    await measure({ name: 'm', model: model() }, { path })
    const prefix = { length: 1, embeddings: Float32Array.of(1) }
    const patched = measure({ name: 'm', model: { ...model(), prefix } }, { path })
    await expect(patched).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    const longer = measure({ name: 'm', model: model() }, { path, sampling: { maxTokens: 5 } })
    await expect(longer).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  })

  it('takes the judges that it is given', async () => {
    const judge = functionJudge({ name: 'always', score: () => 1 })
    const domain = harmfulnessDomain({ refusal: [judge] })
    const { measurements } = await measure({ name: 'm', model: model() }, { domain })
    expect(measurements.find(({ metric }) => metric === 'refusal rate')).toMatchObject({ value: 1 })
  })

  it('refuses no prompts, too few responses, and several samples of a reference that has one', async () => {
    await expect(measure({ name: 'm', model: model() }, { prompts: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
    await expect(measure({ name: 'm', responses: [['one']] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    const reference = modelReference({ model: model() })
    const several = { sampling: { samples: 2, temperature: 1 } }
    await expect(measure({ name: 'm', reference }, several)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      remedy: expect.stringContaining('settings'),
    })
  })
})
