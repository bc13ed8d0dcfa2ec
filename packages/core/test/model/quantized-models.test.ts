import { describe, expect, it } from 'vitest'
import type { Weight } from '../../src/backend/backend.ts'
import { loadStoredModel } from '../../src/model/files/load-model.ts'
import { openSafetensors } from '../../src/model/files/tensors/safetensors.ts'
import { writeSafetensors } from '../../src/model/files/tensors/write-safetensors.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenStorage } from '../goldens.ts'
import { tinyTokenizerFiles } from '../models/tiny-model.ts'

type Stored = Parameters<typeof writeSafetensors>[0]

const names = ['llama-gptq', 'llama-awq', 'llama-fp8', 'llama-compressed']
const projection = 'model.layers.0.self_attn.q_proj'

/** A folder with one of the quantized tiny models and a tokenizer, some of its fields and tensors changed. */
async function folder(name: string, fields: object = {}, tensors: Stored = {}) {
  const path = `models/${name}`
  const storage = await goldenStorage(path)
  for (const [file, text] of Object.entries(tinyTokenizerFiles)) {
    await storage.write(`${path}/${file}`, new TextEncoder().encode(text))
  }
  const json = JSON.parse(new TextDecoder().decode(await storage.read(`${path}/config.json`)))
  const changed = JSON.stringify({ ...json, ...fields })
  await storage.write(`${path}/config.json`, new TextEncoder().encode(changed))
  if (Object.keys(tensors).length > 0) {
    const reader = await openSafetensors(await storage.open(`${path}/model.safetensors`))
    const all: Record<string, Stored[string]> = {}
    for (const [tensor, { dtype, shape }] of reader.tensors) {
      const { bytes } = await reader.readPacked(tensor)
      const data = dtype === 'I32' ? new Int32Array(bytes.slice().buffer) : await reader.read(tensor)
      all[tensor] = { shape, data }
    }
    await reader.close()
    await storage.write(`${path}/model.safetensors`, writeSafetensors({ ...all, ...tensors }))
  }
  return { storage, path }
}

const load = async (...of: Parameters<typeof folder>) =>
  loadStoredModel(await folder(...of), { backend: cpuBackend() })

const bytesOf = (weight: Weight) => ('expand' in weight ? weight.bytes?.length : undefined)

describe('quantized checkpoints', () => {
  it.each(names)('%s stays packed, and says what it says dequantized', async (name) => {
    const model = await load(name)
    const packed = model.weights[`${projection}.weight`] as Weight
    const values = packed.shape.reduce((product, n) => product * n, 1)
    expect(bytesOf(packed)).toBeLessThan(2 * values)
    expect(model.weights['model.embed_tokens.weight']).toHaveProperty('rows')
    const response = [5, 6, 7]
    const [score] = await model.score([{ prompt: 'Hi', response }])
    const plain = await folder(name, { quantization_config: null })
    const dequantized: Record<string, Stored[string]> = {}
    for (const [weight, { shape }] of Object.entries(model.weights)) {
      const own = model.weights[weight] as Weight
      dequantized[weight] = { shape, data: 'expand' in own ? own.expand() : own.data }
    }
    await plain.storage.write(`${plain.path}/model.safetensors`, writeSafetensors(dequantized))
    const other = await loadStoredModel(plain, { backend: cpuBackend() })
    expect(bytesOf(other.weights[`${projection}.weight`] as Weight)).toBeUndefined()
    expect(await other.score([{ prompt: 'Hi', response }])).toEqual([score])
    expect(other.weightsFingerprint).toEqual(model.weightsFingerprint)
  })

  it('has the biases that GPTQ adds only where they are not zeros', async () => {
    const bias = { [`${projection}.bias`]: { shape: [32], data: new Float32Array(32).fill(1) } }
    await expect(load('llama-gptq', {}, bias)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      found: expect.stringContaining(`${projection}.bias`),
    })
    await load('llama-gptq', {}, { [`${projection}.bias`]: { shape: [32], data: new Float32Array(32) } })
  })

  it('are refused with what to do where the configuration does not say how they are quantized', async () => {
    await expect(load('llama-gptq', { quantization_config: null })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      remedy: expect.stringContaining('quantize_config.json'),
    })
  })

  it.each<[string, object | null, RegExp]>([
    ['a method that is not read', { quant_method: 'bitsandbytes', load_in_4bit: true }, /bitsandbytes/],
    ['other bits', { quant_method: 'gptq', bits: 8, group_size: 16 }, /bits 8/],
    ['a configuration that says nothing of it', null, /GPTQ or AWQ \(tensor model\.layers/],
  ])('are refused by name: %s', async (_, quantization, words) => {
    await expect(load('llama-gptq', { quantization_config: quantization })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(words),
    })
  })

  it.each([
    ['llama-awq', { quant_method: 'gptq', bits: 4, group_size: 16 }],
    ['llama-gptq', { quant_method: 'awq', bits: 4, group_size: 16 }],
    ['llama-gptq', { quant_method: 'gptq', bits: 4, group_size: 32 }],
  ])('%s is refused as %j', async (name, quantization) => {
    await expect(load(name, { quantization_config: quantization })).rejects.toMatchObject({
      name: 'PatchError',
      code: 'SHAPE_MISMATCH',
    })
  })
})
