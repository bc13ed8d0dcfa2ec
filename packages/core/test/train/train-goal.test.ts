import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { goalJudge } from '../../src/pairs/judges/goal-judge.ts'
import type { Reference } from '../../src/pairs/references/reference.ts'
import type { PatchPrompt } from '../../src/pairs/rows/preference-pair.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { resolveRun } from '../../src/train/resolve-run.ts'
import type { TrainPatchOptions, TrainProgress } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { runIn } from './training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

const rows = (kind: PatchPrompt['kind'], count: number): PatchPrompt[] =>
  Array.from({ length: count }, (_, i) => ({ prompt: `${kind} number ${i}`, kind }))

/** Says seven, eight, nine, as an app might want it. */
const counting = (response = '7 8 9'): Reference => ({
  specificationVersion: 'v1',
  name: 'counting',
  settings: { systemPrompt: 'Count from seven.' },
  async *respond(asked) {
    for (const index of asked.keys()) yield { index, response }
  },
})

const judge = goalJudge({
  name: 'counts',
  settings: { from: 7 },
  meets: ({ response }) => /^7 8 9/.test(response),
})

const options = (changes: Partial<TrainPatchOptions> = {}): TrainPatchOptions => ({
  ...{ model, judge, reference: counting(), prompts: rows('target', 24) },
  ...{ everyday: 0, contexts: [], validation: false, checkpointEvery: 100 },
  generation: { maxTokens: 3 },
  prefix: { length: 4 },
  sft: { steps: 60, batchSize: 4, learningRate: 0.3 },
  ...changes,
})

const eventsOf = <Stage extends TrainProgress['stage']>(events: readonly TrainProgress[], stage: Stage) =>
  events.filter((event): event is Extract<TrainProgress, { stage: Stage }> => event.stage === stage)

describe('a goal for every prompt', () => {
  const storage = memoryStorage()
  const events: TrainProgress[] = []
  let patch: Awaited<ReturnType<typeof trainPatch>>
  beforeAll(async () => {
    patch = await trainPatch(
      options({ directory: runIn(storage), onProgress: (event) => events.push(event) }),
    )
  })

  it('is learned by imitation alone: there is nothing to tell apart', () => {
    expect(patch.manifest.recipe.options).toMatchObject({ gate: false, dpo: false, sft: { steps: 60 } })
    const asked = eventsOf(events, 'pairs').filter(({ total }) => total > 0)
    expect(asked.map(({ part }) => part)).not.toContain('model')
  })

  it('is looked at on prompts that training never saw, and recorded', async () => {
    const { outcome } = patch
    expect(outcome).toMatchObject({
      judge: 'counts',
      kinds: { target: 'target' },
      target: { base: { value: 0, n: 4 }, patched: { n: 4 } },
      keep: { patched: { n: 0 } },
      checkpoint: { stage: 'sft', step: 60 },
      ...{ worseThanNone: false, problems: [] },
    })
    expect(outcome?.target.patched.value).toBeGreaterThanOrEqual(0.5)
    expect(outcome?.examples).toHaveLength(3)
    expect(eventsOf(events, 'outcome')).toEqual([{ stage: 'outcome', outcome }])
    await patch.save({ storage, path: 'patch' })
    const { manifest } = await readPatch({ storage, path: 'patch' })
    expect(manifest.effects).toMatchObject([
      { metric: 'answered as wanted', judge: 'counts', data: 'held-out target prompts', n: 4 },
      { metric: 'degenerate responses' },
    ])
  })

  it('keeps in the patch who judged and taught, and starts from the system prompt that did', () => {
    expect(patch.manifest).toMatchObject({ domain: 'goal', prefix: { initText: 'Count from seven.' } })
    expect(patch.manifest.recipe.options).toMatchObject({
      judge: { name: 'counts', from: 7 },
      reference: { name: 'counting', systemPrompt: 'Count from seven.' },
    })
    const own = resolveRun(options({ prefix: { text: 'Seven.' } })).settings
    expect(own.prefix.text).toBe('Seven.')
  })

  it('starts from answers that are known beforehand where no system prompt taught', () => {
    const { name, respond, specificationVersion } = options({}).reference as Reference
    const known = (prompt: unknown) => `Answer to ${prompt}.`
    const recorded: Reference = { name, respond, specificationVersion, known }
    const { prompts = [] } = options({})
    const { text } = resolveRun(options({ reference: recorded })).settings.prefix
    const some = prompts.slice(0, 4).map(({ prompt }) => known(prompt))
    expect(text).toBe(`Answer as in these examples: ${some.join(' ')}`)
    const safe = prompts.map((row) => ({ ...row, kind: 'harmful' as const }))
    expect(resolveRun(options({ reference: recorded, prompts: safe })).settings.prefix.text).toBeUndefined()
  })

  it('asks nothing again where it is taken up when it has ended', async () => {
    const stages: string[] = []
    const again = await trainPatch(
      options({ directory: runIn(storage), onProgress: ({ stage }) => stages.push(stage) }),
    )
    expect(again.outcome).toEqual(patch.outcome)
    expect(stages).not.toContain('sft')
  })
})

describe('a run that fails', () => {
  it('says so where its patch changes nothing', async () => {
    const { outcome } = await trainPatch(options({ sft: { steps: 1, batchSize: 2, learningRate: 1e-6 } }))
    expect(outcome?.worseThanNone).toBe(true)
    expect(outcome?.problems).toEqual([expect.stringMatching(/^it changes next to nothing: target prompts/)])
  })

  it('is not begun where the reference does something else', async () => {
    const run = (changes: Partial<TrainPatchOptions>) => {
      const stages: string[] = []
      const onProgress = ({ stage }: TrainProgress) => stages.push(stage)
      return trainPatch(options({ onProgress, ...changes })).catch((error: unknown) => ({ error, stages }))
    }
    const half: Reference = {
      ...counting(),
      async *respond(asked) {
        for (const index of asked.keys()) yield { index, response: index % 5 === 0 ? '7 8 9' : '1 2 3' }
      },
    }
    expect(await run({ reference: half })).toMatchObject({
      error: {
        code: 'TRAINING_FAILED',
        found: expect.stringMatching(/^4 of 20 \(20%\); for example, to .* it answers "1 2 3"$/),
      },
    })
    expect(await run({ reference: counting('1 2 3') })).toMatchObject({ error: { code: 'EMPTY_DATA' } })
    const told = await run({ reference: half, minimumReferenceShare: 0.1, sft: { steps: 1 } })
    expect(told).toHaveProperty('manifest')
  })

  it('warns of answers that are longer than they are learned, and of too few prompts to look at', async () => {
    const events: TrainProgress[] = []
    await trainPatch(
      options({
        ...{ prompts: rows('target', 12), reference: counting('7 8 9 10 11 12') },
        ...{ sft: { steps: 1 }, onProgress: (event) => events.push(event) },
      }),
    )
    expect(eventsOf(events, 'warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^too few targets/),
      expect.stringMatching(/^12 of 12 training answers are longer than 3 tokens.*--max-tokens/),
    ])
  })

  it('is looked at no further where it is told so', async () => {
    const { outcome } = await trainPatch(options({ check: false, sft: { steps: 1 } }))
    expect(outcome).toBeUndefined()
  })
})

describe('a goal for some prompts', () => {
  it('has a gate, which asks nothing of safety, and everyday prompts by default', () => {
    const { everyday: _, contexts: __, validation: ___, ...rest } = options({ prompts: rows('target', 60) })
    expect(resolveRun(rest).settings).toMatchObject({
      ...{ everyday: 600, gate: {}, dpo: false },
      check: { maxTokens: 3 },
      maxResponseTokens: 3,
    })
  })

  it('trains on both sides, by whatever names', async () => {
    const prompts = [...rows('target', 24), ...rows('keep', 24)]
    const reference: Reference = {
      ...counting(),
      async *respond(asked) {
        for (const [index, { kind }] of asked.entries())
          yield { index, response: kind === 'target' ? '7 8 9' : '3 4 5' }
      },
    }
    const changes = { prompts, reference, gate: { folds: 2, steps: 20, units: 2 }, sft: { steps: 2 } }
    const { outcome, manifest } = await trainPatch(options(changes))
    expect(outcome).toMatchObject({ target: { patched: { n: 4 } }, keep: { base: { value: 1, n: 4 } } })
    const { question } = manifest.prefix.gate as { question: string }
    expect(question).not.toMatch(/safe/)
  })
})
