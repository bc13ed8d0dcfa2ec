import { Buffer } from 'node:buffer'
import { writeSafetensors } from '../../src/model/files/tensors/write-safetensors.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { type GgufPair, writeGguf } from '../models/write-gguf.ts'
import { encode, folder, load, weights, wholeModel } from './damage.ts'
import { type Case, describeCases } from './describe-cases.ts'

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1874104\n`

const files: Case[] = [
  ...[
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'generation_config.json',
    'chat_template.jinja',
    'model.safetensors',
  ].map((file) => ({
    name: `a Git LFS pointer in place of ${file}`,
    code: 'MALFORMED' as const,
    names: 'git lfs pull',
    run: async () => {
      const storage = await wholeModel()
      await storage.write(`${folder}/${file}`, encode(pointer))
      return load(storage)
    },
  })),
  {
    name: 'a Git LFS pointer in place of a GGUF file',
    code: 'MALFORMED',
    names: 'git lfs pull',
    run: async () => {
      const storage = memoryStorage()
      await storage.write('m.gguf', encode(pointer))
      return load(storage, 'm.gguf')
    },
  },
  {
    name: 'nesting without end in tokenizer.json',
    code: 'MALFORMED',
    names: 'nesting deeper than 100',
    run: async () => {
      const storage = await wholeModel()
      await storage.write(`${folder}/tokenizer.json`, encode(`{"a":${'['.repeat(20e6)}${']'.repeat(20e6)}}`))
      return load(storage)
    },
  },
  {
    name: 'a config.json that is longer than it can be',
    code: 'UNSUPPORTED',
    names: 'at most 16777216 bytes',
    run: async () => {
      const storage = await wholeModel()
      await storage.write(`${folder}/config.json`, encode(' '.repeat(2 ** 24 + 1)))
      return load(storage)
    },
  },
  ...['tokenizer.model', 'vocab.json', 'tekken.json'].map((file) => ({
    name: `${file} without tokenizer.json`,
    code: 'UNSUPPORTED' as const,
    names: `only ${file}`,
    run: async () => {
      const storage = await wholeModel()
      await storage.remove(`${folder}/tokenizer.json`)
      await storage.write(`${folder}/${file}`, encode('{}'))
      return load(storage)
    },
  })),
  ...[
    ['bitsandbytes, 4 bits', 'model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4'],
    ['bitsandbytes, 8 bits', 'model.layers.0.mlp.up_proj.SCB'],
    ['GPTQ or AWQ', 'model.layers.0.mlp.up_proj.qweight'],
    ['compressed-tensors', 'model.layers.0.mlp.up_proj.weight_packed'],
    ['FP8 or FP4', 'model.layers.0.mlp.up_proj.weight_scale_inv'],
    ['MLX', 'model.layers.0.mlp.up_proj.biases'],
    ['MXFP4', 'model.layers.0.mlp.experts.gate_up_proj_blocks'],
  ].map(([method = '', tensor = '']) => ({
    name: `weights that were quantized by ${method}`,
    code: 'UNSUPPORTED' as const,
    names: `${method}`,
    run: async () => {
      const storage = await wholeModel()
      await storage.write(weights, writeSafetensors({ [tensor]: { shape: [1], data: new Float32Array(1) } }))
      return load(storage)
    },
  })),
  {
    name: 'whole numbers in place of weights',
    code: 'UNSUPPORTED',
    names: 'tensor model.embed_tokens.weight of type I32',
    run: async () => {
      const storage = await wholeModel()
      const bytes = await storage.read(weights)
      const text = Buffer.from(bytes).toString('latin1')
      await storage.write(weights, Buffer.from(text.replaceAll('"F32"', '"I32"'), 'latin1'))
      return load(storage)
    },
  },
  ...[
    ['a projector', ['general.type', 8, 'mmproj'] as const],
    ['a projector', ['general.architecture', 8, 'clip'] as const],
    ['a LoRA adapter', ['general.type', 8, 'adapter'] as const],
    ['an importance matrix', ['general.type', 8, 'imatrix'] as const],
  ].map(([kind, pair]) => ({
    name: `a GGUF file that is ${kind}, by ${pair?.[0]}`,
    code: 'UNSUPPORTED' as const,
    names: String(kind),
    run: async () => {
      const storage = memoryStorage()
      await storage.write('m.gguf', writeGguf({ pairs: [pair as GgufPair] }))
      return load(storage, 'm.gguf')
    },
  })),
]

describeCases('a file of another type in a model', files)
