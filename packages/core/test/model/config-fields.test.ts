import { describe, expect, it } from 'vitest'
import { PatchError } from '../../src/errors.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import { findArchitecture } from '../../src/model/decoder/architectures/find-architecture.ts'
import type { Json } from '../../src/model/decoder/config/config-fields.ts'
import { storedTies } from '../../src/model/files/embedding-ties.ts'
import { loadWeights } from '../../src/model/files/load-weights.ts'
import type { TensorReader } from '../../src/model/files/tensors/tensor-reader.ts'
import { numberTokenizer } from '../../src/testing/number-tokenizer.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, relativeDifference } from '../goldens.ts'
import { logitsAfter } from '../logits-after.ts'
import { hashedValues } from '../models/hashed-weights.ts'

interface Case {
  readonly change: Json
  /** What transformers makes of it: `made-up` where it fills weights with random numbers. */
  readonly outcome: 'same' | 'logits' | 'error' | 'made-up'
  /** The first ones, less the mean of all. */
  readonly logits?: readonly number[]
}

interface Family {
  readonly base: Json
  readonly tensors: Readonly<Record<string, readonly number[]>>
  readonly fields: Json
  readonly cases: readonly Case[]
}

const { ids, families } = await goldenJson<{ ids: number[]; families: Record<string, Family> }>(
  'config-fields.json',
)

const refusals = ['UNSUPPORTED', 'MALFORMED', 'SHAPE_MISMATCH', 'MISSING_TENSOR']

/** A checkpoint whose values are a function of their names. */
function readerOf(tensors: Family['tensors']): TensorReader {
  const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 4)
  const valuesOf = (name: string) => hashedValues(name, tensors[name] as readonly number[])
  return {
    format: 'safetensors',
    tensors: new Map(
      Object.entries(tensors).map(([name, shape]) => [
        name,
        { shape, dtype: 'F32', byteLength: sizeOf(shape) },
      ]),
    ),
    read: async (name) => valuesOf(name),
    async readPacked(name) {
      const values = valuesOf(name)
      return { bytes: new Uint8Array(values.buffer), decode: () => values }
    },
    close: async () => {},
  }
}

/** The logits after `ids` of a family's tiny model, its config.json changed. */
async function logitsOf({ base, tensors }: Family, change: Json): Promise<number[]> {
  const architecture = findArchitecture(base.model_type)
  const json = Object.fromEntries(
    Object.entries({ ...base, ...change }).filter(([, value]) => value !== '(absent)'),
  )
  const parsed = architecture.parseConfig(json)
  const reader = readerOf(tensors)
  const config = await storedTies(reader, architecture, parsed)
  const weights = await loadWeights(reader, architecture, config)
  const tokenizer = numberTokenizer({ vocabSize: config.vocabSize })
  const parts = { id: 'changed', architecture, config, tokenizer, weights, backend: cpuBackend() }
  const [logits] = await logitsAfter(await createLanguageModel(parts), [ids], null)
  return logits as number[]
}

describe.each(Object.entries(families))('fields of the configuration of %s', (_, family) => {
  const { fields, cases } = family
  const { configRules = {} } = findArchitecture(family.base.model_type)
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
        const expected = outcome === 'same' ? await base : (logits ?? [])
        expect(['same', 'logits']).toContain(outcome)
        const same = (found as number[]).slice(0, expected.length)
        expect(relativeDifference(same, expected)).toBeLessThan(1e-4)
        return
      }
      expect(found, found.stack).toBeInstanceOf(PatchError)
      const { code, message } = found as PatchError
      expect(refusals, message).toContain(code)
      // Weights of another shape, and those without use, are named by tensor; all else by field.
      if (['UNSUPPORTED', 'MALFORMED'].includes(code)) {
        const named = [...names, ...Object.keys(family.tensors)]
        expect(
          named.some((name) => message.includes(name)),
          message,
        ).toBe(true)
      }
      const isHarmless = (name: string) =>
        typeof configRules[name] === 'object' && 'harmless' in configRules[name]
      if (outcome === 'same') expect(names.every(isHarmless), message).toBe(false)
    },
  )
})

describe.each(Object.entries(families))('rules of %s', (_, { base }) => {
  const values: readonly unknown[] = [
    true,
    false,
    7,
    'other',
    ['other'],
    { other: 7 },
    { toString: 1, valueOf: 1 },
  ]
  const architecture = findArchitecture(base.model_type)
  const rules = Object.entries(architecture.configRules ?? {})

  it.each(
    rules.flatMap(([field, rule]) =>
      typeof rule === 'object' && 'only' in rule ? [[field, rule] as const] : [],
    ),
  )('%s is refused but for values that change nothing', (field, rule) => {
    const refused = values.filter((value) => !rule.allows(value, base))
    expect(refused).not.toEqual([])
    for (const value of refused) {
      expect(() => architecture.parseConfig({ ...base, [field]: value })).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED', found: expect.stringContaining(field) }),
      )
    }
    architecture.parseConfig({ ...base, [field]: null })
  })

  it('say why each harmless field is harmless', () => {
    for (const [, rule] of rules) {
      if (typeof rule === 'object' && 'harmless' in rule) expect(rule.harmless).toMatch(/\w+ \w+/)
    }
  })
})
