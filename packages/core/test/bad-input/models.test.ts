import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { changeConfig, cut, encode, folder, load, overwriteEnd, weights, wholeModel } from './damage.ts'
import { type Case, describeCases } from './describe-cases.ts'

const gguf = new URL('../goldens/models/llama3-scaled.gguf', import.meta.url)

const models: Case[] = [
  ...[0.001, 0.5, 0.999].map((share) => ({
    name: `safetensors cut to ${share} of their length`,
    code: 'TRUNCATED' as const,
    names: weights,
    run: async () => {
      const storage = await wholeModel()
      await cut(storage, weights, share)
      return load(storage)
    },
  })),
  ...[0.001, 0.02, 0.9].map((share) => ({
    name: `a GGUF file cut to ${share} of its length`,
    code: 'TRUNCATED' as const,
    names: 'm.gguf',
    run: async () => {
      const storage = memoryStorage()
      await storage.write('m.gguf', await readFile(gguf))
      await cut(storage, 'm.gguf', share)
      return load(storage, 'm.gguf')
    },
  })),
  {
    name: 'a file that is no GGUF',
    code: 'MALFORMED',
    names: 'm.gguf',
    run: async () => {
      const storage = memoryStorage()
      await storage.write('m.gguf', encode('<!DOCTYPE html><html><body>Not found</body></html>'))
      return load(storage, 'm.gguf')
    },
  },
  {
    name: 'weights of other shapes than the configuration says',
    code: 'SHAPE_MISMATCH',
    names: 'mlp.gate_proj.weight',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { intermediate_size: 65 })
      return load(storage)
    },
  },
  {
    name: 'fewer layers in the weights than in the configuration',
    code: 'MISSING_TENSOR',
    names: 'model.layers.2.',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { num_hidden_layers: 3 })
      return load(storage)
    },
  },
  ...[Number.NaN, Number.NEGATIVE_INFINITY].map((value) => ({
    name: `weights that hold ${value}`,
    code: 'NOT_FINITE' as const,
    names: 'in tensor model.',
    run: async () => {
      const storage = await wholeModel()
      await overwriteEnd(storage, weights, value)
      return load(storage)
    },
  })),
  ...['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => ({
    name: `no ${file}`,
    code: 'NOT_FOUND' as const,
    names: file,
    run: async () => {
      const storage = await wholeModel()
      await storage.remove(`${folder}/${file}`)
      return load(storage)
    },
  })),
  {
    name: 'a config.json that is cut',
    code: 'TRUNCATED',
    names: `${folder}/config.json`,
    run: async () => {
      const storage = await wholeModel()
      await cut(storage, `${folder}/config.json`, 0.5)
      return load(storage)
    },
  },
  ...['[]', '\u{FFFD}', '{"a": 1, "a": 2}', '{"rope_theta": NaN}', '{"a": -Infinity}'].map((text) => ({
    name: `a config.json of ${JSON.stringify(text)}`,
    code: 'MALFORMED' as const,
    names: `${folder}/config.json`,
    run: async () => {
      const storage = await wholeModel()
      await storage.write(`${folder}/config.json`, encode(text))
      return load(storage)
    },
  })),
  {
    name: 'a field of config.json that is absent',
    code: 'MALFORMED',
    names: 'hidden_size',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { hidden_size: undefined })
      return load(storage)
    },
  },
  {
    name: 'other heads in the configuration than in the weights',
    code: 'SHAPE_MISMATCH',
    names: 'self_attn.k_proj.weight',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { num_key_value_heads: 4 })
      return load(storage)
    },
  },
  {
    name: 'an unknown architecture',
    code: 'UNKNOWN_ARCHITECTURE',
    names: '"mamba"',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { model_type: 'mamba' })
      return load(storage)
    },
  },
  {
    name: 'a feature of the architecture that is not implemented',
    code: 'UNSUPPORTED',
    names: '"of_another_kind"',
    run: async () => {
      const storage = await wholeModel()
      await changeConfig(storage, { rope_parameters: { rope_type: 'of_another_kind', rope_theta: 1e4 } })
      return load(storage)
    },
  },
]

describeCases('a model that is damaged or not known', models)

it('and the model whose parts were damaged above is taken whole', async () => {
  expect((await load(await wholeModel())).config).toMatchObject({ architecture: 'llama', vocabSize: 97 })
})
