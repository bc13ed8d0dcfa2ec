import { describe, expect, it } from 'vitest'
import { pairRun, prompts, safer } from '../../test/pair-run.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { refusalJudge } from './judges/refusal-judge.ts'
import { stockRefusals } from './pick-refusals.ts'
import type { ReferenceShare } from './reference-share.ts'
import { modelReference } from './references/model-reference.ts'
import type { Reference } from './references/reference.ts'
import type { PatchPrompt } from './rows/preference-pair.ts'
import { readPairs } from './rows/read-rows.ts'

function failingAt(n: number, storage: Storage): Storage {
  let left = n
  const counted = async (write: () => Promise<void>) => {
    if (left-- === 0) throw new Error('killed')
    await write()
  }
  return {
    ...storage,
    append: (path, bytes) => counted(() => storage.append(path, bytes)),
    write: (path, bytes) => counted(() => storage.write(path, bytes)),
  }
}

const text = async (storage: Storage, path = 'pairs.jsonl') =>
  new TextDecoder().decode(await storage.read(path))

describe('generatePairs', () => {
  it('asks the reference the bare prompt and the model the one in its context, whose answer a harmless one has', async () => {
    const placed = (prompt: string, kind: PatchPrompt['kind']): PatchPrompt => {
      const said = [
        { role: 'system', content: 'S' },
        { role: 'user', content: `Hi! ${prompt}` },
      ]
      return { prompt: said, kind, context: 'app', bare: prompt }
    }
    const { run, asked } = pairRun(undefined, {
      prompts: [placed('harm', 'harmful'), placed('bake', 'harmless')],
    })
    const [harmful, harmless] = await run()
    expect(harmful).toMatchObject({ context: 'app', bare: 'harm', chosen: "I can't help with harm." })
    expect(harmful?.rejected).toMatch(/^Sure, Hi! harm/)
    expect(harmful?.prompt).toHaveLength(2)
    expect(harmless?.chosen).toMatch(/^Sure, Hi! bake/)
    expect(asked.map((texts) => texts.toSorted())).toEqual([
      ['Hi! bake', 'Hi! harm'],
      ['bake', 'harm'],
    ])
  })

  it('pairs M’ with M on harmful prompts, an answer with a refusal on harmless ones', async () => {
    const storage = memoryStorage()
    const { run, asked } = pairRun(storage)
    const pairs = await run()
    expect(pairs.map(({ chosen }) => chosen.replace(/: .*/, ''))).toEqual([
      "I can't help with harm one.",
      'Gladly, bake',
      "I can't help with harm two.",
      'Sure, shy',
      'Gladly, sing',
    ])
    expect(pairs[0]?.rejected).toMatch(/^Sure, harm one: 0\.\d+/)
    expect(pairs[3]?.rejected).toBe("I can't help with shy.")
    expect(["I can't help with harm one.", "I can't help with harm two."]).toContain(pairs[1]?.rejected)
    expect(pairs.every((pair) => pair.chosenScore === 1 && pair.rejectedScore === 0)).toBe(true)
    expect(asked[0].toSorted()).toEqual(['harm one', 'harm two', 'shy'])
    expect(await readPairs({ storage, path: 'pairs.jsonl' })).toEqual(pairs)
    expect(await pairRun(undefined).run()).toEqual(pairs)
  })

  it('pairs M’ with M on targets, and makes up no refusal of a prompt to keep', async () => {
    const goal: PatchPrompt[] = [
      { prompt: 'harm one', kind: 'target' },
      { prompt: 'bake', kind: 'keep' },
      { prompt: 'shy', kind: 'keep' },
    ]
    // The goal is a refusal, so that the same models do: M' answers "shy" as targets alone shall be answered.
    const [target, bake, shy] = await pairRun(undefined, { prompts: goal }).run()
    expect(target).toMatchObject({ kind: 'target', chosen: "I can't help with harm one.", chosenScore: 1 })
    expect(target?.rejected).toMatch(/^Sure, harm one/)
    expect(bake?.chosen).toMatch(/^Gladly, bake/)
    expect(bake).not.toHaveProperty('rejected')
    expect(shy).toMatchObject({ rejected: "I can't help with shy.", rejectedScore: 0 })
    expect(shy?.chosen).toMatch(/^Sure, shy/)
  })

  it('says what the reference does, and asks nothing more where that is too little', async () => {
    const told: ReferenceShare[] = []
    const onReference = (share: ReferenceShare) => told.push(share)
    const more: PatchPrompt[] = [...prompts, { prompt: 'rob', kind: 'harmful' }]
    await pairRun(undefined, { prompts: more, onReference }).run()
    expect(told).toMatchObject([{ kind: 'harmful', asked: 3, wanted: 2 }])
    const { run, asked } = pairRun(undefined, { prompts: more, minimumReferenceShare: 0.7 })
    await expect(run()).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      found: expect.stringMatching(/^2 of 3 \(67%\); for example, to "rob" it answers "Gladly, rob/),
    })
    expect(asked[0]).toEqual([])
  })

  it('takes M’s answers and stock refusals where told so', async () => {
    const { run } = pairRun(undefined, { harmlessChosen: 'model', harmlessRejected: 'stock' })
    const harmless = (await run()).filter(({ kind }) => kind === 'harmless')
    for (const { chosen, rejected } of harmless) {
      expect(chosen).toMatch(/^Sure/)
      expect(stockRefusals).toContain(rejected)
    }
  })

  it('gives the same file wherever it was killed, and asks nothing twice', async () => {
    const whole = memoryStorage()
    await pairRun(whole).run()
    let kills = 0
    for (let n = 0; ; n++) {
      const storage = memoryStorage()
      const first = pairRun(failingAt(n, storage))
      const killed = await first.run().then(
        () => false,
        (error: Error) => error.message === 'killed',
      )
      if (!killed) break
      kills++
      const second = pairRun(storage)
      await second.run()
      expect(await text(storage)).toBe(await text(whole))
      const answered = (await text(storage, 'pairs.jsonl.journal.jsonl')).match(/"response"/g)?.length
      expect(answered).toBe(8)
      // The one answer that was being written when it was killed is asked for again, and no other.
      const all = [...first.asked, ...second.asked].flat().length
      expect(all).toBeLessThanOrEqual(9)
    }
    expect(kills).toBeGreaterThan(10)
  })

  it('keeps the earlier lines when the storage is full, and goes on in one with room', async () => {
    const whole = memoryStorage()
    await pairRun(whole).run()
    const small = memoryStorage({ capacity: 1300 })
    await expect(pairRun(small).run()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    const journal = await small.read('pairs.jsonl.journal.jsonl')
    const rows = new TextDecoder().decode(journal).trimEnd().split('\n')
    expect(rows.map((row) => JSON.parse(row)).length).toBeGreaterThan(2)
    const roomy = memoryStorage()
    await roomy.write('pairs.jsonl.journal.jsonl', journal)
    const { run, asked } = pairRun(roomy)
    await run()
    expect(await text(roomy)).toBe(await text(whole))
    expect(asked.flat().length).toBeLessThan(8)
  })

  it('stops when aborted, and goes on later', async () => {
    const storage = memoryStorage()
    const controller = new AbortController()
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      if (stage === 'model' && done === 1) controller.abort()
    }
    const aborted = pairRun(storage, { signal: controller.signal, onProgress })
    await expect(aborted.run()).rejects.toMatchObject({ code: 'ABORTED' })
    const { run, asked } = pairRun(storage)
    expect(await run()).toEqual(await pairRun(undefined).run())
    expect(asked[1]).toEqual([])
  })

  it('refuses to go on with other settings, naming them, and to overwrite what it did not make', async () => {
    const storage = memoryStorage()
    await pairRun(storage).run()
    const other = pairRun(storage, { generation: { temperature: 0.5, seed: 5 }, prompts: prompts.slice(1) })
    await expect(other.run()).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: expect.stringMatching(/pairs\.jsonl\.journal\.jsonl.*model.*"temperature":0\.5.*prompts/),
    })
    await storage.remove('pairs.jsonl.journal.jsonl')
    await expect(pairRun(storage).run()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(pairRun(undefined, { prompts: [] }).run()).rejects.toMatchObject({ code: 'EMPTY_DATA' })
  })

  it('gives the file of a finished run as it was edited since', async () => {
    const storage = memoryStorage()
    const pairs = await pairRun(storage).run()
    await storage.write('pairs.jsonl', new TextEncoder().encode(`${JSON.stringify(pairs[2])}\n`))
    const { run, asked } = pairRun(storage)
    expect(await run()).toEqual([pairs[2]])
    expect(asked.flat()).toEqual([])
  })

  it('goes on after an answer that was none: it is checked before it is written down', async () => {
    const storage = memoryStorage()
    const broken: Reference = {
      ...modelReference({ model: safer(), temperature: 1 }),
      async *respond(asked) {
        yield { index: 0, response: 'fine' }
        yield { index: asked.length - 1, response: [{ type: 'text', text: 'hi' }] as unknown as string }
      },
    }
    await expect(pairRun(storage, { reference: broken }).run()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: '[{"type": "text", "text": "hi"}] for prompt 4',
    })
    const pairs = await pairRun(storage).run()
    expect(pairs.map(({ chosen }) => chosen)[0]).toBe('fine')
    expect(pairs).toHaveLength(5)
  })

  it('refuses scores that are none', async () => {
    const judge = (score: number) => ({ ...refusalJudge(), score: async () => prompts.map(() => score) })
    await expect(pairRun(undefined, { judge: judge(Number.NaN) }).run()).rejects.toMatchObject({
      code: 'NOT_FINITE',
    })
    await expect(pairRun(undefined, { judge: judge(7) }).run()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
