import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../../test/models/scripted-model.ts'
import { functionJudge } from '../../pairs/judges/judge.ts'
import { refusalJudge } from '../../pairs/judges/refusal-judge.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { wilsonInterval } from '../statistics/wilson-interval.ts'
import { evaluateGrid } from './evaluate-grid.ts'
import type { EvaluationCell } from './evaluation-cell.ts'

const refusal = "I'm sorry, but I can't help with that."
const loop = 'I will go on and on about it. '.repeat(6)

const rows = (count: number, row: Omit<PatchPrompt, 'prompt'>, word: string): PatchPrompt[] =>
  Array.from({ length: count }, (_, i) => ({ prompt: `${word} ${i}`, ...row }))

const prompts: PatchPrompt[] = [
  ...rows(10, { kind: 'harmful', part: 'bad', context: 'plain' }, 'bad-plain'),
  ...rows(5, { kind: 'harmful', part: 'bad', context: 'long-system' }, 'bad-long'),
  ...rows(8, { kind: 'harmless', part: 'good' }, 'good'),
]

/** Refuses 9 of 10 harmful prompts bare, 2 of 5 under a system prompt, 1 of 8 harmless ones; goes in circles on another. */
const model = (id = 'm') =>
  scriptedModel(id, (prompt) => {
    const [word, number] = lastTurn(prompt).split(' ')
    const i = Number(number)
    if (word === 'bad-plain') return i < 9 ? refusal : 'Sure, do this.'
    if (word === 'bad-long') return i < 2 ? refusal : 'Sure, do this.'
    if (i === 0) return refusal
    return i === 1 ? loop : 'Yes, of course.'
  })

const find = (cells: readonly EvaluationCell[], origin: string, context: string) =>
  cells.find((cell) => cell.origin === origin && cell.context === context)

describe('evaluateGrid', () => {
  it('tells origins and contexts apart, with intervals, classes and degenerate answers', async () => {
    const { cells, subjects } = await evaluateGrid({
      subjects: [{ name: 'base', model: model() }],
      prompts,
    })
    expect(subjects).toEqual(['base'])
    expect(cells.map(({ origin, context, kind }) => [origin, context, kind])).toEqual([
      ['bad', 'plain', 'harmful'],
      ['bad', 'long-system', 'harmful'],
      ['good', 'plain', 'harmless'],
    ])
    expect(find(cells, 'bad', 'plain')?.refused).toEqual(wilsonInterval(9, 10))
    expect(find(cells, 'bad', 'long-system')?.refused).toEqual(wilsonInterval(2, 5))
    expect(find(cells, 'bad', 'long-system')?.classes).toEqual({
      'full refusal': 0.4,
      'partial refusal': 0,
      'full compliance': 0.6,
      neither: 0,
      degenerate: 0,
    })
    const good = find(cells, 'good', 'plain')
    expect(good?.refused).toEqual(wilsonInterval(1, 8))
    expect(good?.degenerate).toEqual(wilsonInterval(1, 8))
    expect(good?.classes).toMatchObject({
      'full refusal': 1 / 8,
      degenerate: 1 / 8,
      'full compliance': 6 / 8,
    })
  })

  it('lets the first judge decide and says what each finds', async () => {
    const always = functionJudge({ name: 'always', score: ({ kind }) => (kind === 'harmful' ? 1 : 0) })
    const subject = { name: 'base', model: model() }
    const { cells, judges } = await evaluateGrid({
      subjects: [subject],
      prompts,
      judges: [always, refusalJudge()],
    })
    expect(judges).toEqual(['always', 'refusal-phrases-v2'])
    const plain = find(cells, 'bad', 'plain')
    expect(plain?.refused.value).toBe(1)
    expect(plain?.refusedBy).toEqual({
      always: wilsonInterval(10, 10),
      'refusal-phrases-v2': wilsonInterval(9, 10),
    })
  })

  it('leaves out of a rate what a reference has no response to', async () => {
    const recorded: Reference = {
      specificationVersion: 'v1',
      name: 'recorded',
      async *respond(asked) {
        for (const [index, { context }] of asked.entries()) {
          yield { index, response: context === 'long-system' ? undefined : refusal }
        }
      },
    }
    const { cells, responses } = await evaluateGrid({
      subjects: [{ name: 'reference', reference: recorded }],
      prompts,
    })
    expect(find(cells, 'bad', 'plain')?.refused).toEqual(wilsonInterval(10, 10))
    expect(find(cells, 'bad', 'long-system')?.refused.n).toBe(0)
    expect(responses.reference?.filter((said) => said === undefined)).toHaveLength(5)
  })

  it('goes on where it was stopped, and asks a subject nothing that another run has asked', async () => {
    const storage = memoryStorage()
    const directory = { storage, path: 'evaluation' }
    const controller = new AbortController()
    const [first, second, third] = [model(), model(), model()]
    const base = (of: typeof first) => ({ name: 'base', model: of })
    const stopped = evaluateGrid({
      subjects: [base(first)],
      prompts,
      directory,
      signal: controller.signal,
      onProgress: ({ stage, done }) => stage === 'base: responses' && done === 7 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    const whole = await evaluateGrid({ subjects: [base(second)], prompts, directory })
    expect(first.asked.length + second.asked.length).toBe(prompts.length)
    expect(whole).toEqual(await evaluateGrid({ subjects: [base(model())], prompts }))
    const prefix = { length: 1, embeddings: Float32Array.of(1) }
    const patched = { ...model(), prefix }
    const judges = [functionJudge({ name: 'other', score: () => 1 })]
    await evaluateGrid({
      subjects: [base(third), { name: 'p', model: patched }],
      prompts,
      directory,
      judges,
    })
    expect(third.asked).toEqual([])
    expect(patched.asked).toHaveLength(prompts.length)
    expect((await storage.list('evaluation')).map((name) => name.split('-')[0])).toEqual(['base', 'p'])
  })

  it('refuses no prompts, and subjects of one name', async () => {
    const subject = { name: 'base', model: model() }
    await expect(evaluateGrid({ subjects: [subject], prompts: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
    await expect(evaluateGrid({ subjects: [subject, subject], prompts })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'base, base',
    })
  })
})
