import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Weight } from '../../backend/backend.ts'
import { bytesSource } from '../../storage/memory-storage.ts'
import { llama } from '../decoder/architectures/llama.ts'
import { packBlocks } from './dequantize/block-format.ts'
import { bfloat16 } from './dequantize/float-formats.ts'
import { storedTies } from './embedding-ties.ts'
import { loadWeights } from './load-weights.ts'
import { openSafetensors } from './tensors/safetensors.ts'
import type { StoredTensor, TensorReader } from './tensors/tensor-reader.ts'
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

describe('token embeddings that a file keeps in less than float32', () => {
  const embedding = 'model.embed_tokens.weight'

  async function loaded(options: { packsEmbeddings?: boolean }, change?: (data: Float32Array) => void) {
    const reader = await open(new Uint8Array(readFileSync(new URL('model.safetensors', tiny))))
    const data = await reader.read(embedding)
    change?.(data)
    const halves = Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >> 16)
    const source = bytesSource('embeddings', new Uint8Array(halves.buffer))
    const packed = await packBlocks(source, { start: 0, end: source.size }, bfloat16)
    const { shape } = reader.tensors.get(embedding) as StoredTensor
    const stored = { shape, dtype: 'BF16', byteLength: source.size }
    const half: TensorReader = {
      ...reader,
      tensors: new Map([...reader.tensors, [embedding, stored]]),
      read: async (name) => (name === embedding ? packed.decode() : reader.read(name)),
      readPacked: async (name) => (name === embedding ? packed : reader.readPacked(name)),
    }
    const { [embedding]: weight } = await loadWeights(half, llama, llama.parseConfig(json), options)
    return { weight: weight as Weight, values: packed.decode() }
  }

  it('are expanded where they are multiplied by', async () => {
    const { weight, values } = await loaded({})
    expect(weight).toEqual({ shape: [97, 32], data: values })
  })

  it('stay packed where only rows are picked of them', async () => {
    const { weight, values } = await loaded({ packsEmbeddings: true })
    if (!('expand' in weight)) throw new Error('expanded')
    expect(weight.expand()).toEqual(values)
    const out = new Float32Array(64)
    expect(weight.rows?.(5, 7, out)).toBe(out)
    expect(out).toEqual(values.slice(5 * 32, 7 * 32))
    expect(weight.rows?.(96, 97)).toEqual(values.slice(96 * 32))
  })

  it('are told of where a row that is picked is not finite', async () => {
    const { weight } = await loaded({ packsEmbeddings: true }, (data) => data.fill(Number.NaN, 32, 33))
    if (!('expand' in weight)) throw new Error('expanded')
    weight.rows?.(0, 1)
    expect(() => weight.rows?.(1, 2)).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }))
  })
})
