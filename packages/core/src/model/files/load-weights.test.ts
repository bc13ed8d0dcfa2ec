import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../storage/memory-storage.ts'
import { llama } from '../decoder/architectures/llama.ts'
import { storedTies } from './embedding-ties.ts'
import { loadWeights } from './load-weights.ts'
import { openSafetensors } from './tensors/safetensors.ts'
import { writeSafetensors } from './tensors/write-safetensors.ts'

type WritableTensor = Parameters<typeof writeSafetensors>[0][string]

const tiny = new URL('../../../test/goldens/models/llama-tied/', import.meta.url)
const json = JSON.parse(readFileSync(new URL('config.json', tiny), 'utf8'))
const open = (bytes: Uint8Array) => openSafetensors(bytesSource('model.safetensors', bytes))

/** The tiny model's tensors, some of them changed or taken out. */
async function tensors(changes: Record<string, WritableTensor | undefined> = {}) {
  const reader = await open(new Uint8Array(readFileSync(new URL('model.safetensors', tiny))))
  const all: Record<string, WritableTensor | undefined> = {}
  for (const [name, { shape }] of reader.tensors) all[name] = { shape, data: await reader.read(name) }
  const kept = Object.entries({ ...all, ...changes }).filter(([, tensor]) => tensor)
  return Object.fromEntries(kept) as Record<string, WritableTensor>
}

async function load(stored: Record<string, WritableTensor>, changes: object = {}) {
  const reader = await open(writeSafetensors(stored))
  const config = await storedTies(reader, llama, llama.parseConfig({ ...json, ...changes }))
  return { config, weights: await loadWeights(reader, llama, config) }
}

const vector = (length: number): WritableTensor => ({ shape: [length], data: new Float32Array(length) })

describe('loadWeights', () => {
  it('refuses layers that the file does not have before it sets anything aside for them', async () => {
    const started = performance.now()
    for (const layers of [1_000_000_000, 2 ** 31 - 1]) {
      await expect(load(await tensors(), { num_hidden_layers: layers })).rejects.toMatchObject({
        code: 'MISSING_TENSOR',
        expected: expect.stringContaining('num_hidden_layers'),
      })
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it.each([
    'model.layers.0.self_attn.q_proj.bias',
    'model.layers.1.mlp.down_proj.bias',
    'model.layers.0.self_attn.q_norm.weight',
    'model.layers.0.block_sparse_moe.gate.weight',
    'model.layers.2.input_layernorm.weight',
    'layers.0.post_feedforward_layernorm.weight',
    'model.norm.bias',
    'lm_head.bias',
  ])('refuses %s, which the configuration has no use for', async (name) => {
    await expect(load(await tensors({ [name]: vector(32) }))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      found: expect.stringContaining(name),
    })
  })

  it.each(['model.layers.0.self_attn.rotary_emb.inv_freq', 'v_head.summary.bias', 'score.weight'])(
    'passes over %s, which is no part of the decoder',
    async (name) => {
      await load(await tensors({ [name]: vector(4) }))
    },
  )

  it('refuses weights of integers by name', async () => {
    const name = 'model.layers.0.mlp.up_proj.weight'
    const { shape } = (await tensors())[name] as WritableTensor
    const integers = { shape, data: new Int32Array(shape.reduce((size, n) => size * n, 1)) }
    await expect(load(await tensors({ [name]: integers }))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      found: expect.stringContaining(name),
    })
  })
})

describe('tied embeddings', () => {
  const embedding = 'model.embed_tokens.weight'

  it('are those of the file, whichever of the two it has', async () => {
    const all = await tensors()
    const only = { ...all, [embedding]: undefined, 'lm_head.weight': all[embedding] }
    const { config, weights } = await load(await tensors(only))
    expect(config.tiedEmbeddings).toBe(true)
    expect(weights).toEqual((await load(all)).weights)
  })

  it('are tied where the file has both and they are equal, and not where they differ', async () => {
    const all = await tensors()
    const { shape, data } = all[embedding] as WritableTensor
    const same = await load({ ...all, 'lm_head.weight': { shape, data } })
    expect(same.config.tiedEmbeddings).toBe(true)
    const other = { shape, data: Float32Array.from(data, (value) => value + 1) }
    const differing = await load({ ...all, 'lm_head.weight': other })
    expect(differing.config.tiedEmbeddings).toBe(false)
    expect(differing.weights['lm_head.weight']).toMatchObject({ data: other.data })
    expect(differing.weights[embedding]).toMatchObject({ data })
  })
})
