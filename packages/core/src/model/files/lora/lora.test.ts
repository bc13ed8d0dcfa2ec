import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource, memoryStorage } from '../../../storage/memory-storage.ts'
import { openSafetensors } from '../tensors/safetensors.ts'
import { writeSafetensors } from '../tensors/write-safetensors.ts'
import { openLora } from './lora.ts'
import { loraRules } from './lora-config.ts'

const goldens = new URL('../../../../test/goldens/lora/', import.meta.url)
const golden = (path: string) => new Uint8Array(readFileSync(new URL(path, goldens)))
const weights = (name: string) => openSafetensors(bytesSource(name, golden(`${name}.safetensors`)))
const q = 'model.layers.0.self_attn.q_proj'

/** A copy of a golden adapter, its configuration changed and its tensors replaced where given. */
async function folder(adapter: string, changes: object = {}, tensors?: Uint8Array) {
  const storage = memoryStorage()
  for (const name of readdirSync(new URL(adapter, goldens)))
    await storage.write(`a/${name}`, golden(`${adapter}/${name}`))
  const config = JSON.parse(new TextDecoder().decode(await storage.read('a/adapter_config.json')))
  const changed = new TextEncoder().encode(JSON.stringify({ ...config, ...changes }))
  await storage.write('a/adapter_config.json', changed)
  if (tensors) await storage.write('a/adapter_model.safetensors', tensors)
  return storage
}

const factors = (a: number[], b: number[], end = '.weight') =>
  writeSafetensors({
    [`base_model.model.${q}.lora_A${end}`]: {
      shape: a,
      data: new Float32Array(a.reduce((x, y) => x * y, 1)),
    },
    [`base_model.model.${q}.lora_B${end}`]: {
      shape: b,
      data: new Float32Array(b.reduce((x, y) => x * y, 1)),
    },
  })

const integers = writeSafetensors({
  [`base_model.model.${q}.lora_A.weight`]: { shape: [4, 12], data: new Int32Array(48) },
  [`base_model.model.${q}.lora_B.weight`]: { shape: [12, 4], data: new Int32Array(48) },
})

const manyPatterns = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`(([a-z.])+)+${i}`, 4]))

describe('openLora', () => {
  it.each(['plain', 'patterns'])('merges to what PEFT merges to: %s', async (name) => {
    const adapter = await openLora({ storage: await folder(name), path: 'a' })
    const base = await weights('base')
    const merged = await weights(`merged-${name}`)
    const changed: string[] = []
    for (const [weight, { shape }] of base.tensors) {
      const values = await base.read(weight)
      if (await adapter.merge(weight, values, shape)) changed.push(weight)
      const expected = await merged.read(weight)
      for (let i = 0; i < values.length; i++) expect(Math.abs(values[i]! - expected[i]!)).toBeLessThan(1e-6)
    }
    expect(changed.sort()).toEqual([...adapter.targets.keys()].sort())
    expect(changed).toHaveLength(3)
  })

  it('knows rank, scale and shape of each target', async () => {
    const adapter = await openLora({ storage: await folder('patterns'), path: 'a/' })
    expect(adapter.baseModel).toBe('tiny')
    expect(Object.fromEntries(adapter.targets)).toEqual({
      [`${q}.weight`]: { shape: [12, 12], rank: 4, scale: 5 / 2 },
      'model.layers.0.self_attn.v_proj.weight': { shape: [4, 12], rank: 4, scale: 3 / 2 },
      'model.layers.0.mlp.down_proj.weight': { shape: [12, 20], rank: 2, scale: 8 / Math.SQRT2 },
    })
  })

  it('refuses a weight of another shape, and to read what it does not change', async () => {
    const adapter = await openLora({ storage: await folder('plain'), path: 'a' })
    const weight = new Float32Array(144)
    await expect(adapter.merge(`${q}.weight`, weight, [24, 6])).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      found: '[24, 6]',
    })
    expect(await adapter.merge('model.norm.weight', weight, [144])).toBe(false)
    await expect(adapter.read('model.norm.weight')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
  })

  it.each<[string, unknown]>([
    ['peft_type', 'LOHA'],
    ['task_type', 'SEQ_CLS'],
    ['init_lora_weights', 'pissa_niter_16'],
    ['init_lora_weights', 'corda'],
    ['init_lora_weights', 'a_way_to_come'],
    ['init_lora_weights', { toString: 1, valueOf: 1 }],
    ['layer_replication', [[0, 1]]],
    ['target_parameters', ['experts.gate_up_proj']],
    ['megatron_config', { a: 1 }],
    ['alora_invocation_tokens', [1, 2]],
    ['arrow_config', { top_k: 1 }],
    ['use_qalora', true],
    ['corda_config', { corda_method: 'ipm' }],
    ['a_method_to_come', { beta: 1 }],
  ])('refuses %s %o by name', async (name, value) => {
    await expect(
      openLora({ storage: await folder('plain', { [name]: value }), path: 'a' }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      found: expect.stringContaining(name),
    })
  })

  it('names everything that it refuses at once', async () => {
    const storage = await folder('plain', { use_qalora: true, layer_replication: [[0, 1]] })
    await expect(openLora({ storage, path: 'a' })).rejects.toMatchObject({
      found: 'layer_replication [[0, 1]], use_qalora true',
    })
  })

  it("has a rule for each field of PEFT's LoraConfig", () => {
    const config = JSON.parse(new TextDecoder().decode(golden('plain/adapter_config.json')))
    expect(Object.keys(config).filter((name) => !Object.hasOwn(loraRules, name))).toEqual([])
  })

  it('takes an option given empty for an option not given', async () => {
    const empty = {
      ...{ modules_to_save: [], rank_pattern: {}, layer_replication: [], trainable_token_indices: [] },
      ...{
        exclude_modules: [],
        layers_to_transform: [],
        loftq_config: {},
        megatron_config: {},
        eva_config: {},
      },
    }
    const adapter = await openLora({ storage: await folder('plain', empty), path: 'a' })
    expect(adapter.targets.size).toBe(3)
  })

  it.each<[string, unknown]>([
    ['use_dora', true],
    ['lora_bias', true],
    ['modules_to_save', ['lm_head']],
    ['trainable_token_indices', [1]],
    ['target_modules', ['q_proj', 'v_proj']],
    ['target_modules', '.*q_proj'],
    ['exclude_modules', ['v_proj']],
    ['layers_to_transform', 1],
  ])('refuses tensors that are not those of %s %o', async (name, value) => {
    await expect(
      openLora({ storage: await folder('plain', { [name]: value }), path: 'a' }),
    ).rejects.toMatchObject({
      code: 'MALFORMED',
    })
  })

  it.each<[string, object, Uint8Array | undefined, string]>([
    ['a rank of zero', { r: 0 }, undefined, 'MALFORMED'],
    ['no alpha', { lora_alpha: null }, undefined, 'MALFORMED'],
    ['a pattern that is none', { rank_pattern: { '(': 2 } }, undefined, 'MALFORMED'],
    ['more patterns than can be', { rank_pattern: manyPatterns }, undefined, 'MALFORMED'],
    ['another rank than its tensors have', { r: 8 }, undefined, 'SHAPE_MISMATCH'],
    ['factors of different ranks', {}, factors([4, 12], [12, 3]), 'SHAPE_MISMATCH'],
    ['convolutions', {}, factors([4, 3, 4], [12, 4]), 'SHAPE_MISMATCH'],
    ['tensors of another kind', {}, factors([4, 12], [12, 4], '.default'), 'UNSUPPORTED'],
    ['factors of integers', {}, integers, 'UNSUPPORTED'],
    [
      'half of a pair',
      {},
      writeSafetensors({
        [`base_model.model.${q}.lora_B.weight`]: { shape: [1, 4], data: new Float32Array(4) },
      }),
      'MALFORMED',
    ],
    ['a file cut short', {}, golden('plain/adapter_model.safetensors').subarray(0, 900), 'TRUNCATED'],
  ])('refuses %s', async (_, changes, tensors, code) => {
    await expect(
      openLora({ storage: await folder('plain', changes, tensors), path: 'a' }),
    ).rejects.toMatchObject({ code })
  })

  it('matches any pattern in time that grows with the name alone', async () => {
    const started = performance.now()
    const storage = await folder('plain', { rank_pattern: { '(([a-z0-9_.])+)+\\$': 9 } })
    expect((await openLora({ storage, path: 'a' })).targets.get(`${q}.weight`)?.rank).toBe(4)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('says what to do about a pickle', async () => {
    const storage = await folder('plain')
    await storage.remove('a/adapter_model.safetensors')
    await storage.write('a/adapter_model.bin', Uint8Array.of(0x80))
    await expect(openLora({ storage, path: 'a' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      remedy: expect.stringContaining('safe_serialization'),
    })
  })

  it('names the file that is absent', async () => {
    const storage = await folder('plain')
    await storage.remove('a/adapter_model.safetensors')
    await expect(openLora({ storage, path: 'a' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      expected: expect.stringContaining('a/adapter_model.safetensors'),
    })
  })
})
