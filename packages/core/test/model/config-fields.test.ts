import { describe, expect, it } from 'vitest'
import { PatchError } from '../../src/errors.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import { architectures, findArchitecture } from '../../src/model/decoder/architectures/find-architecture.ts'
import type { Json } from '../../src/model/decoder/config/config-fields.ts'
import { storedTies } from '../../src/model/files/embedding-ties.ts'
import { loadWeights } from '../../src/model/files/load-weights.ts'
import { openShardedSafetensors } from '../../src/model/files/tensors/sharded-safetensors.ts'
import { numberTokenizer } from '../../src/testing/number-tokenizer.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenStorage, relativeDifference } from '../goldens.ts'
import { centred, logitsAfter } from '../logits-after.ts'

interface Case {
  readonly change: Json
  /** What transformers makes of it: `made-up` where it fills weights with random numbers. */
  readonly outcome: 'same' | 'logits' | 'error' | 'made-up'
  readonly logits?: readonly number[]
}

const { ids, families } = await goldenJson<{
  ids: number[]
  families: Record<string, { fields: Json; cases: Case[] }>
}>('config-fields.json')

const refusals = ['UNSUPPORTED', 'MALFORMED', 'SHAPE_MISMATCH', 'MISSING_TENSOR']

/** The logits after `ids` of a family's tiny model, its config.json changed. */
async function logitsOf(family: string, change: Json): Promise<number[]> {
  const directory = `models/${family}`
  const storage = await goldenStorage(directory)
  const own = JSON.parse(new TextDecoder().decode(await storage.read(`${directory}/config.json`)))
  const architecture = findArchitecture(family)
  const reader = await openShardedSafetensors(storage, directory)
  const parsed = architecture.parseConfig({ ...own, ...change })
  const config = await storedTies(reader, architecture, parsed)
  const weights = await loadWeights(reader, architecture, config)
  const tokenizer = numberTokenizer({ vocabSize: config.vocabSize })
  const parts = { id: family, architecture, config, tokenizer, weights, backend: cpuBackend() }
  const [logits] = await logitsAfter(await createLanguageModel(parts), [ids], null)
  return logits as number[]
}

describe.each(Object.entries(families))('fields of the configuration of %s', (family, { fields, cases }) => {
  const { configRules = {} } = findArchitecture(family)
  const base = logitsOf(family, {})

  it('have a rule and a case each', () => {
    const tried = new Set(cases.flatMap(({ change }) => Object.keys(change)))
    for (const name of Object.keys(fields)) {
      expect(configRules, name).toHaveProperty([name])
      expect(tried).toContain(name)
    }
  })

  it.each(cases.map((one) => [JSON.stringify(one.change), one] as const))(
    '%s is honoured as transformers honours it, or refused by name',
    async (_, { change, outcome, logits }) => {
      const found = await logitsOf(family, change).catch((error: unknown) => error)
      const names = Object.keys(change)
      if (!(found instanceof Error)) {
        const expected = outcome === 'same' ? await base : centred(logits ?? [])
        expect(['same', 'logits']).toContain(outcome)
        expect(relativeDifference(found as number[], expected)).toBeLessThan(1e-4)
        return
      }
      expect(found).toBeInstanceOf(PatchError)
      const { code, message } = found as PatchError
      expect(refusals, message).toContain(code)
      // Weights of another shape are named by tensor; all else by field.
      if (['UNSUPPORTED', 'MALFORMED'].includes(code)) {
        expect(
          names.some((name) => message.includes(name)),
          message,
        ).toBe(true)
      }
      const isHarmless = (name: string) =>
        typeof configRules[name] === 'object' && 'harmless' in configRules[name]
      if (outcome === 'same') expect(names.every(isHarmless), message).toBe(false)
    },
  )
})

describe.each(architectures.map((one) => [one.name, one] as const))('rules of %s', (name, architecture) => {
  const values: readonly unknown[] = [
    true,
    false,
    7,
    'other',
    ['other'],
    { other: 7 },
    { toString: 1, valueOf: 1 },
  ]
  const own = goldenStorage(`models/${name}`)

  it.each(
    Object.entries(architecture.configRules ?? {}).flatMap(([field, rule]) =>
      typeof rule === 'object' && 'only' in rule ? [[field, rule] as const] : [],
    ),
  )('%s is refused but for values that change nothing', async (field, rule) => {
    const text = new TextDecoder().decode(await (await own).read(`models/${name}/config.json`))
    const window = { sliding_window: 4, max_window_layers: 0, layer_types: null }
    const json = { ...JSON.parse(text), ...(field === 'use_sliding_window' && name === 'qwen2' && window) }
    const refused = values.filter((value) => !rule.allows(value, json))
    expect(refused).not.toEqual([])
    for (const value of refused) {
      expect(() => architecture.parseConfig({ ...json, [field]: value })).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', found: expect.stringContaining(field) }),
      )
    }
    architecture.parseConfig({ ...json, [field]: null })
  })

  it('say why each harmless field is harmless', () => {
    for (const rule of Object.values(architecture.configRules ?? {})) {
      if (typeof rule === 'object' && 'harmless' in rule) expect(rule.harmless).toMatch(/\w+ \w+/)
    }
  })
})
