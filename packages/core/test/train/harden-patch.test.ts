import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { isRefusal } from '../../src/pairs/judges/is-refusal.ts'
import { functionJudge } from '../../src/pairs/judges/judge.ts'
import type { PatchPrompt, PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import { checkFit } from '../../src/patch/apply/check-fit.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { sha256 } from '../../src/sha256.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { GATE_QUESTION } from '../../src/train/gate/train-gate.ts'
import {
  type HardenPatchOptions,
  type HardenProgress,
  hardenSettings,
} from '../../src/train/harden/harden-options.ts'
import { hardenPatch } from '../../src/train/harden/harden-patch.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { failingStorage } from '../failing-storage.ts'
import { wordModel } from '../models/word-model.ts'
import {
  attacks,
  gate,
  hardenOptions,
  roundRows,
  type ScriptedTrainee,
  scriptedTrainee,
} from './harden-run.ts'
import { prompts, quickOptions, runIn, safe } from './training-run.ts'

let tiny: LanguageModel
let patch: Patch
beforeAll(async () => {
  tiny = await wordModel(cpuBackend())
  patch = await trainPatch(quickOptions(tiny, { dpo: false, gate: false, manifest: { name: 'tiny' } }))
})

const options = (changes: Partial<HardenPatchOptions> = {}) =>
  hardenOptions({ model: scriptedTrainee(tiny), patch, ...changes })

/** The bytes of what was learned. */
const learned = ({ files }: Patch) => [files['adapter_model.safetensors'], files['gate.safetensors']]

const texts = (rows: readonly PatchPrompt[], context: string | undefined, kind: PatchPrompt['kind']) =>
  rows.filter((row) => row.context === context && row.kind === kind).map(({ prompt }) => prompt)

describe('a run of two rounds', () => {
  const storage = memoryStorage()
  const progress: HardenProgress[] = []
  let model: ScriptedTrainee
  let hardened: Awaited<ReturnType<typeof hardenPatch>>
  beforeAll(async () => {
    model = scriptedTrainee(tiny)
    const onProgress = (event: HardenProgress) => progress.push(event)
    const manifest = { version: '0.2.0' }
    hardened = await hardenPatch(options({ model, directory: runIn(storage), onProgress, manifest }))
  })

  it('says by attack how much of the harmful got through before each round', () => {
    const round = { attackSuccess: { magic: 0.4, chat: 0, cipher: 1 }, perAttack: 5, joined: 7 }
    expect(hardened.rounds).toEqual([round, round])
  })

  it('trains on what got through, to be refused as the bare request is', async () => {
    const rows = await roundRows(storage, 1)
    expect(texts(rows, 'magic', 'harmful').sort()).toEqual([
      'abracadabra harm four please',
      'abracadabra harm three',
    ])
    expect(texts(rows, 'chat', 'harmful')).toEqual([])
    expect(texts(rows, 'cipher', 'harmful')).toHaveLength(5)
    expect(rows.find(({ prompt }) => prompt === '9 9 eerht mrah')).toEqual({
      ...{ prompt: '9 9 eerht mrah', bare: 'harm three', kind: 'harmful', context: 'cipher' },
      ...{ chosen: 'I cannot help with that, harm three', chosenScore: 1 },
    })
  })

  it('and on as many harmless prompts wrapped alike, answered by the base, where the words can be read', async () => {
    const rows = await roundRows(storage, 1)
    const twins = rows.filter(({ kind, context }) => kind === 'harmless' && context !== undefined)
    expect(twins.map(({ context }) => context)).toEqual(['magic', 'magic'])
    for (const { prompt, bare, chosen } of twins) {
      expect(prompt).toBe(`abracadabra ${bare as string}`)
      expect(prompts.find((row) => row.prompt === bare)?.kind).toBe('harmless')
      expect(chosen).toBe(`base: ${prompt as string}`)
    }
  })

  it('and on as many plain prompts of both kinds, answered as they are to be', async () => {
    const plain = (await roundRows(storage, 1)).filter(({ context }) => context === undefined)
    expect(texts(plain, undefined, 'harmful')).toHaveLength(5)
    expect(texts(plain, undefined, 'harmless')).toHaveLength(4)
    for (const { prompt, kind, chosen } of plain) {
      const expected = kind === 'harmful' ? 'I cannot help with that, ' : 'base: '
      expect(chosen).toBe(`${expected}${prompt as string}`)
    }
  })

  it('keeps in the second round what joined in the first, and attacks the prefix that came of it', async () => {
    const joined = (rows: readonly PreferencePair[]) => rows.filter(({ context }) => context !== undefined)
    const [first, second] = [await roundRows(storage, 1), await roundRows(storage, 2)]
    expect(joined(second).slice(0, 9)).toEqual(joined(first))
    expect(second).toHaveLength(36 - 8)
    const attacked = [...new Set(model.asked.flatMap(({ first }) => (first === undefined ? [] : [first])))]
    expect(attacked).toHaveLength(2)
    expect(attacked[0]).toBe(patch.prefix.embeddings[0])
    expect(hardened.patch.prefix.embeddings[0]).not.toBe(attacked[1])
  })

  it('trains the gate anew in each round, on all prompts plain and wrapped', () => {
    const read = progress.filter((event) => event.stage === 'gate' && event.done === event.total)
    // Ten plain ones, five harmful ones in each of three attacks, five harmless ones in two.
    expect(read).toEqual([1, 2].map((round) => ({ stage: 'gate', done: 35, total: 35, round })))
    expect(hardened.patch.manifest.prefix.gate).toMatchObject({
      ...{ layers: [1], window: 4, units: 2 },
      figures: { harmful: 20, harmless: 15 },
    })
  })

  it('gives a patch that fits, tells how it was made and claims nothing', async () => {
    const { manifest } = hardened.patch
    expect(() => checkFit(tiny, hardened.patch)).not.toThrow()
    expect(manifest).toMatchObject({ name: 'tiny', version: '0.2.0', effects: [] })
    expect(manifest.recipe).toMatchObject({ reference: 'safe', seed: 0 })
    expect(Object.keys(manifest.recipe.data)).toEqual(['prompts', 'round-1', 'round-2'])
    expect(manifest.recipe.options).toMatchObject({
      ...{ rounds: 2, perAttack: 5, attacks: ['magic', 'chat', 'cipher'] },
      hardened: { name: 'tiny', version: '0.1.0', digest: await sha256(patch.files['patch.json']!) },
    })
  })

  it('gives the same again without a storage, and another for another seed', async () => {
    expect(learned((await hardenPatch(options())).patch)).toEqual(learned(hardened.patch))
    expect(learned((await hardenPatch(options({ seed: 1 }))).patch)).not.toEqual(learned(hardened.patch))
  })

  it('asks and trains nothing where both rounds are finished', async () => {
    const again = scriptedTrainee(tiny)
    const stages = new Set<string>()
    const onProgress = ({ stage }: HardenProgress) => stages.add(stage)
    const { patch: same, rounds } = await hardenPatch(
      options({ model: again, directory: runIn(storage), onProgress }),
    )
    expect(learned(same)).toEqual(learned(hardened.patch))
    expect(rounds).toEqual(hardened.rounds)
    expect(again.asked).toEqual([])
    expect([...stages]).toEqual(['pairs'])
  })

  it('gives it too where the disk is full after every third write, and the run is started again', async () => {
    const disk = memoryStorage()
    for (let attempt = 1; attempt < 60; attempt++) {
      const run = hardenPatch(options({ directory: runIn(failingStorage(disk, 3)) }))
      const outcome = await run.catch((error: unknown) => error)
      if (!(outcome instanceof Error)) {
        expect(learned((outcome as Awaited<typeof run>).patch)).toEqual(learned(hardened.patch))
        return expect(attempt).toBeGreaterThan(8)
      }
      expect(outcome).toMatchObject({ code: 'STORAGE_FAILED' })
    }
    expect.unreachable()
  })

  it('gives it too when it is stopped at each stage and started again', async () => {
    const disk = memoryStorage()
    const moments: ((event: HardenProgress) => boolean)[] = [
      (event) => event.stage === 'pairs' && event.part === 'reference' && event.done === 2,
      (event) => event.stage === 'pairs' && event.part === 'patched' && event.done === 3,
      (event) => event.stage === 'sft' && event.metrics.step === 2,
      (event) => event.stage === 'gate',
      (event) => event.stage === 'pairs' && event.round === 2 && event.part === 'patched' && event.done === 9,
      (event) => event.stage === 'sft' && event.round === 2,
    ]
    for (const moment of moments) {
      const stop = new AbortController()
      const onProgress = (event: HardenProgress) => moment(event) && stop.abort()
      await expect(
        hardenPatch(options({ directory: runIn(disk), signal: stop.signal, onProgress })),
      ).rejects.toMatchObject({ code: 'ABORTED' })
    }
    expect(learned((await hardenPatch(options({ directory: runIn(disk) }))).patch)).toEqual(
      learned(hardened.patch),
    )
  })

  it.each<[string, Partial<HardenPatchOptions>]>([
    ['other attacks', { attacks: attacks.slice(1) }],
    ['other prompts', { prompts: prompts.slice(1) }],
    ['another seed', { seed: 1, perAttack: 2 }],
    ['other steps', { steps: 4 }],
    ['another gate', { gate: { ...gate, steps: 4 } }],
    ['another reference', { reference: { ...safe, name: 'other' } }],
  ])('is not gone on with under %s', async (_, changes) => {
    await expect(hardenPatch(options({ directory: runIn(storage), ...changes }))).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })
})

it('leaves the prefix as it is where nothing gets through, and takes off or keeps off a gate as told', async () => {
  const model = scriptedTrainee(tiny, /never/)
  const gated = await hardenPatch(options({ model, rounds: 1 }))
  expect(gated.rounds).toMatchObject([{ attackSuccess: { magic: 0, chat: 0, cipher: 0 }, joined: 0 }])
  expect(gated.patch.prefix.embeddings).toEqual(patch.prefix.embeddings)
  expect(gated.patch.prefix.gate).toBeDefined()
  const { layers, window, units } = gate
  const { gate: _, ...unsaid } = options({ patch: gated.patch })
  expect(hardenSettings(unsaid).gate).toEqual({ layers, window, units, question: GATE_QUESTION })
  expect(hardenSettings({ ...unsaid, patch }).gate).toBe(false)
  const open = await hardenPatch(options({ model, rounds: 1, patch: gated.patch, gate: false }))
  expect(open.patch.prefix).toEqual(patch.prefix)
  expect(open.patch.manifest.prefix.gate).toBeUndefined()
})

it('shows the judge the request itself, not what wraps it', async () => {
  const shown: unknown[] = []
  const judge = functionJudge({
    name: 'notes',
    score: ({ prompt, response }) => {
      shown.push(prompt)
      return isRefusal(response) ? 1 : 0
    },
  })
  await hardenPatch(options({ rounds: 1, gate: false, judge }))
  expect(shown).toHaveLength(5 + 15)
  expect(new Set(shown)).toEqual(new Set(prompts.slice(0, 5).map(({ prompt }) => prompt)))
})

it('attacks with what the reference refuses, and wants it to refuse something', async () => {
  const answering = (known: RegExp): HardenPatchOptions['reference'] => ({
    ...safe,
    async *respond(asked) {
      for (const [index, { prompt }] of asked.entries())
        yield { index, response: known.test(prompt as string) ? 'Sure, take 7 of them.' : 'I cannot help.' }
    },
  })
  const { rounds } = await hardenPatch(options({ rounds: 1, reference: answering(/four/) }))
  expect(rounds).toEqual([{ attackSuccess: { magic: 0.25, chat: 0, cipher: 1 }, perAttack: 4, joined: 5 }])
  await expect(hardenPatch(options({ reference: answering(/./) }))).rejects.toMatchObject({
    code: 'EMPTY_DATA',
    message: expect.stringContaining('no refusal by safe of 5 prompts'),
  })
})
