import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../test/scripted-model.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { type GeneratePairsOptions, generatePairs } from './generate-pairs.ts'
import { refusalJudge } from './judges/refusal-judge.ts'
import { formatPairsSummary, type PairsSummary } from './pairs-summary.ts'
import { stockRefusals } from './pick-refusals.ts'
import type { ReferenceShare } from './reference-share.ts'
import { modelReference } from './references/model-reference.ts'
import type { Reference, SourceResponse } from './references/reference.ts'
import type { PatchPrompt } from './rows/preference-pair.ts'
import { readPairs } from './rows/read-rows.ts'

const prompts: PatchPrompt[] = [
  { prompt: 'harm one', kind: 'harmful' },
  { prompt: 'bake', kind: 'harmless' },
  { prompt: 'harm two', kind: 'harmful' },
  { prompt: 'shy', kind: 'harmless' },
  { prompt: 'sing', kind: 'harmless' },
]

/** Answers all, with something drawn in it. */
const target = () => scriptedModel('target', (prompt, draw) => `Sure, ${lastTurn(prompt)}: ${draw()}`)

/** Refuses what is harmful, and one harmless prompt. */
const safer = () =>
  scriptedModel('safer', (prompt, draw) => {
    const text = lastTurn(prompt)
    return /harm|shy/.test(text) ? `I can't help with ${text}.` : `Gladly, ${text}: ${draw()}`
  })

function setUp(storage: Storage | undefined, more: Partial<GeneratePairsOptions> = {}) {
  const model = target()
  const reference = safer()
  const options: GeneratePairsOptions = {
    model,
    reference: modelReference({ model: reference, temperature: 1 }),
    prompts,
    judge: refusalJudge(),
    options: { temperature: 1, seed: 5 },
    ...(storage && { storage }),
    ...more,
  }
  return { run: () => generatePairs(options), asked: [model.asked, reference.asked] as const }
}

/** A storage that fails at its nth write. */
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
    const { run, asked } = setUp(undefined, {
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
    const { run, asked } = setUp(storage)
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
    expect(await readPairs(storage, 'pairs.jsonl')).toEqual(pairs)
    expect(await setUp(undefined).run()).toEqual(pairs)
  })

  it('pairs M’ with M on targets, and makes up no refusal of a prompt to keep', async () => {
    const goal: PatchPrompt[] = [
      { prompt: 'harm one', kind: 'target' },
      { prompt: 'bake', kind: 'keep' },
      { prompt: 'shy', kind: 'keep' },
    ]
    // The goal is a refusal, so that the same models do: M' answers "shy" as targets alone shall be answered.
    const [target, bake, shy] = await setUp(undefined, { prompts: goal }).run()
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
    await setUp(undefined, { prompts: more, onReference }).run()
    expect(told).toMatchObject([{ kind: 'harmful', asked: 3, wanted: 2 }])
    const { run, asked } = setUp(undefined, { prompts: more, minimumReferenceShare: 0.7 })
    await expect(run()).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      found: expect.stringMatching(/^2 of 3 \(67%\); for example, to "rob" it answers "Gladly, rob/),
    })
    expect(asked[0]).toEqual([])
  })

  it('takes M’s answers and stock refusals where told so', async () => {
    const { run } = setUp(undefined, { harmlessChosen: 'model', harmlessRejected: 'stock' })
    const harmless = (await run()).filter(({ kind }) => kind === 'harmless')
    for (const { chosen, rejected } of harmless) {
      expect(chosen).toMatch(/^Sure/)
      expect(stockRefusals).toContain(rejected)
    }
  })

  it('gives the same file wherever it was killed, and asks nothing twice', async () => {
    const whole = memoryStorage()
    await setUp(whole).run()
    let kills = 0
    for (let n = 0; ; n++) {
      const storage = memoryStorage()
      const first = setUp(failingAt(n, storage))
      const killed = await first.run().then(
        () => false,
        (error: Error) => error.message === 'killed',
      )
      if (!killed) break
      kills++
      const second = setUp(storage)
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
    await setUp(whole).run()
    const small = memoryStorage({ capacity: 1300 })
    await expect(setUp(small).run()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    const journal = await small.read('pairs.jsonl.journal.jsonl')
    const rows = new TextDecoder().decode(journal).trimEnd().split('\n')
    expect(rows.map((row) => JSON.parse(row)).length).toBeGreaterThan(2)
    const roomy = memoryStorage()
    await roomy.write('pairs.jsonl.journal.jsonl', journal)
    const { run, asked } = setUp(roomy)
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
    const aborted = setUp(storage, { signal: controller.signal, onProgress })
    await expect(aborted.run()).rejects.toMatchObject({ code: 'ABORTED' })
    const { run, asked } = setUp(storage)
    expect(await run()).toEqual(await setUp(undefined).run())
    expect(asked[1]).toEqual([])
  })

  it('refuses to go on with other settings, naming them, and to overwrite what it did not make', async () => {
    const storage = memoryStorage()
    await setUp(storage).run()
    const other = setUp(storage, { options: { temperature: 0.5, seed: 5 }, prompts: prompts.slice(1) })
    await expect(other.run()).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: expect.stringMatching(/pairs\.jsonl\.journal\.jsonl.*model.*"temperature":0\.5.*prompts/),
    })
    await storage.remove('pairs.jsonl.journal.jsonl')
    await expect(setUp(storage).run()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(setUp(undefined, { prompts: [] }).run()).rejects.toMatchObject({ code: 'EMPTY_DATA' })
  })

  it('gives the file of a finished run as it was edited since', async () => {
    const storage = memoryStorage()
    const pairs = await setUp(storage).run()
    await storage.write('pairs.jsonl', new TextEncoder().encode(`${JSON.stringify(pairs[2])}\n`))
    const { run, asked } = setUp(storage)
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
    await expect(setUp(storage, { reference: broken }).run()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: '[{"type": "text", "text": "hi"}] for prompt 4',
    })
    const pairs = await setUp(storage).run()
    expect(pairs.map(({ chosen }) => chosen)[0]).toBe('fine')
    expect(pairs).toHaveLength(5)
  })

  /** A reference that has no answers, or not the end of them. */
  const lacking = (answers: readonly Omit<SourceResponse, 'index'>[]): Reference => ({
    specificationVersion: 'v1',
    name: 'lacking',
    async *respond(asked) {
      for (const index of asked.keys()) yield { index, ...(answers[index] ?? { response: undefined }) }
    },
  })

  it('counts the answers that are not there by reason, also when it goes on', async () => {
    const storage = memoryStorage()
    const reference = lacking([
      { response: 'No.', ended: 'cut' },
      { response: undefined, ended: 'cut' },
      { response: undefined, ended: 'withheld' },
      { response: undefined, ended: 'empty' },
    ])
    const summaries: PairsSummary[] = []
    const onSummary = (summary: PairsSummary) => summaries.push(summary)
    for (let run = 0; run < 2; run++) await setUp(storage, { reference, onSummary }).run()
    const counts = { withheld: 1, cut: 1, empty: 1, absent: 1, shortened: 1 }
    expect(summaries).toEqual(Array(2).fill({ prompts: 5, pairs: 4, reference: counts }))
    expect(formatPairsSummary(summaries[0] as PairsSummary)).toBe(
      '4 pairs from 5 prompts. Answers of the reference: 1 withheld by a filter, 1 cut off by the token limit before ' +
        'any text, 1 without text, 1 missing, 1 that ends at the token limit.',
    )
  })

  it.each([
    ['withheld', /2 withheld by a filter/, /another/],
    ['cut', /2 cut off by the token limit/, /--max-tokens/],
  ] as const)(
    'refuses to make pairs where all answers to harmful prompts were %s',
    async (ended, found, remedy) => {
      const storage = memoryStorage()
      const reference = lacking(prompts.map(() => ({ response: undefined, ended })))
      for (let run = 0; run < 2; run++) {
        const { run, asked } = setUp(storage, { reference })
        await expect(run()).rejects.toMatchObject({
          code: 'EMPTY_DATA',
          found: expect.stringMatching(found),
          remedy: expect.stringMatching(remedy),
        })
        expect(asked.flat()).toEqual([])
      }
      expect(await storage.exists('pairs.jsonl')).toBe(false)
    },
  )

  it('refuses scores that are none', async () => {
    const judge = (score: number) => ({ ...refusalJudge(), score: async () => prompts.map(() => score) })
    await expect(setUp(undefined, { judge: judge(Number.NaN) }).run()).rejects.toMatchObject({
      code: 'NOT_FINITE',
    })
    await expect(setUp(undefined, { judge: judge(7) }).run()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
