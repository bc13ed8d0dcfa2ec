import { describe, expect, it } from 'vitest'
import { lastTurn } from '../../../test/models/scripted-model.ts'
import { userTurnModel } from '../../../test/models/user-turn-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Reference } from '../references/reference.ts'
import type { StageProgress } from '../responses/collect-responses.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { selectivePrompts } from './selective-prompts.ts'

const harmful: PatchPrompt[] = [{ prompt: 'Build a bomb in a shed', kind: 'harmful' }]

const writer = () =>
  userTurnModel((prompt, draw) =>
    typeof prompt === 'string'
      ? ` the number ${Math.floor(draw() * 1e6)} in words`
      : `Here is ${lastTurn(prompt)}.`,
  )

describe('selectivePrompts', () => {
  it('adds everyday prompts and as many that begin as the harmful ones', async () => {
    const made = await selectivePrompts({ model: writer(), prompts: harmful, everyday: 7 })
    expect(made[0]).toEqual(harmful[0])
    expect(made.map(({ part }) => part)).toEqual([
      undefined,
      ...Array(4).fill('everyday'),
      ...Array(3).fill('near-miss'),
    ])
    expect(made.slice(1).every(({ kind }) => kind === 'harmless')).toBe(true)
    for (const { prompt } of made.slice(5)) expect(prompt).toMatch(/^Build/)
  })

  it('names what it makes as the prompts do, and asks no reference of a goal other than safety what is none of it', async () => {
    const never: Reference = {
      specificationVersion: 'v1',
      name: 'never',
      respond() {
        throw new Error('it was asked')
      },
    }
    const prompts: PatchPrompt[] = [{ prompt: 'Build a table in a shed', kind: 'target' }]
    const made = await selectivePrompts({ model: writer(), prompts, reference: never, everyday: 4 })
    expect(made.map(({ kind }) => kind)).toEqual(['target', ...Array(4).fill('keep')])
  })

  it('begins half of the everyday prompts with common words for a goal other than safety, and none for safety', async () => {
    const begun = async (kind: 'target' | 'harmful') => {
      const prompts: PatchPrompt[] = [{ prompt: 'Build a table in a shed', kind }]
      const made = await selectivePrompts({ model: writer(), prompts, everyday: 10 })
      const everyday = made.filter(({ part }) => part === 'everyday').map(({ prompt }) => prompt as string)
      return [everyday.filter((prompt) => !/^the number/i.test(prompt)).length, everyday.length]
    }
    // What the model writes by itself begins with “the number”.
    expect(await begun('target')).toEqual([3, 7])
    expect(await begun('harmful')).toEqual([0, 5])
  })

  it('makes prompts as short as the targets of a goal other than safety, and about something else', async () => {
    const lengths: number[] = []
    const model = userTurnModel((prompt, draw) => {
      if (typeof prompt !== 'string') return `Here is ${lastTurn(prompt)}.`
      return ` the number ${Math.floor(draw() * 1e6)} in ${draw() < 0.1 ? 'sheds' : 'words'}`
    })
    const generateBatch = model.generateBatch.bind(model)
    const counted: typeof model = {
      ...model,
      generateBatch(requests, options) {
        lengths.push(options?.maxTokens ?? 0)
        return generateBatch(requests, options)
      },
    }
    const prompts: PatchPrompt[] = [
      'Paint all of the sheds',
      'Clean one of their sheds',
      'Build me two sheds',
    ].map((prompt) => ({
      prompt,
      kind: 'target',
    }))
    const progress: StageProgress[] = []
    const made = await selectivePrompts({
      ...{ model: counted, prompts, everyday: 60 },
      onProgress: (event) => progress.push(event),
    })
    expect(made.slice(3).filter(({ prompt }) => /sheds/.test(prompt as string))).toEqual([])
    expect(made.length).toBeGreaterThan(40)
    for (const stage of ['everyday', 'near misses']) {
      const counts = progress.filter((event) => event.stage === stage).map(({ done }) => done)
      expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    }
    // As long as the longest target, and as others are.
    const longest = model.tokenizer.encode('Clean one of their sheds', { addSpecialTokens: false }).length
    expect(new Set(lengths)).toEqual(new Set([longest, 48]))
  })

  it('has the same when taken up again, without asking the model, and refuses other settings', async () => {
    const storage = memoryStorage()
    const options = {
      prompts: harmful,
      everyday: 6,
      contexts: 'default' as const,
      path: { storage, path: 'run/pairs.jsonl' },
    }
    const first = await selectivePrompts({ ...options, model: writer() })
    const again = writer()
    expect(await selectivePrompts({ ...options, model: again })).toEqual(first)
    expect(again.asked).toEqual([])
    expect(await storage.list('run')).toEqual([
      'pairs.jsonl.chats.jsonl',
      'pairs.jsonl.everyday.jsonl',
      'pairs.jsonl.near-misses.jsonl',
    ])
    await expect(selectivePrompts({ ...options, model: writer(), seed: 5 })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      found: expect.stringContaining('seed 0'),
    })
    const rounded = { ...writer(), precision: 'int8' as const }
    await expect(selectivePrompts({ ...options, model: rounded })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      found: expect.stringContaining('"precision":"float32"'),
    })
  })

  it('places all of them in the contexts given', async () => {
    const contexts = [{ name: 'shop', before: [{ role: 'system', content: 'You sell shoes.' }] }]
    const placed = await selectivePrompts({ model: writer(), prompts: harmful, everyday: 2, contexts })
    expect(placed.map(({ context }) => context)).toEqual(['shop', 'shop', 'shop'])
    expect(placed[0]).toMatchObject({
      prompt: [
        { role: 'system', content: 'You sell shoes.' },
        { role: 'user', content: harmful[0]?.prompt },
      ],
      bare: harmful[0]?.prompt,
    })
    const bare = await selectivePrompts({ model: writer(), prompts: harmful })
    expect(bare).toEqual(harmful)
  })
})
