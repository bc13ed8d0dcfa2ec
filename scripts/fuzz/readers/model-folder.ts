import { loadStoredModel } from '@policypatch/core/platform'
import fc from 'fast-check'
import { cpuBackend } from '../../../packages/core/test/cpu-backend.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden, goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { storageOf } from '../storage-of.ts'

const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))
const folder = 'test/goldens/models'
const weights = goldenFolder(`${folder}/llama-tied`)['model.safetensors'] as Uint8Array
const { tokenizerJson } = json(golden('test/goldens/tokenizer-smollm.json'))
const rest: Files = {
  'model.safetensors': weights,
  'tokenizer.json': utf8(JSON.stringify(tokenizerJson)),
  'tokenizer_config.json': utf8('{"eos_token": "<|endoftext|>"}'),
}

const configs = ['llama-tied', 'llama3-scaled', 'qwen2'].map((name) =>
  json(golden(`${folder}/${name}/config.json`)),
)

/** Fields of both families, old and new ones, those of quantized models, and those that define how a response ends. */
const more = [
  { rope_scaling: { type: 'linear', factor: 2 } },
  {
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  },
  {
    rope_parameters: { full_attention: { rope_theta: 1e4, rope_type: 'default' } },
    layer_types: ['full_attention', 'sliding_attention'],
  },
  { quantization_config: { quant_method: 'gptq', bits: 4 }, eos_token_id: [2, 3] },
  { sliding_window: 16, use_sliding_window: true, max_window_layers: 1 },
  { text_config: { hidden_size: 32 }, auto_map: { AutoModel: 'a.B' } },
]
const trees = fc
  .tuple(fc.constantFrom(...configs), fc.array(fc.constantFrom(...more), { maxLength: 1 }))
  .map(([config, fields]) => treeOf(Object.assign({}, config, ...fields)))

const changed: fc.Arbitrary<Files> = changedJson(trees).map((text) => ({
  ...rest,
  'config.json': utf8(text),
}))

const backend = cpuBackend()
const others = configs.map((config) => utf8(JSON.stringify(config, undefined, 2)))

export const configReader: FuzzedReader = {
  name: 'config',
  files: fc.oneof(
    { weight: 4, arbitrary: changed },
    {
      weight: 2,
      arbitrary: damaged(
        fc.constantFrom(...others).map((bytes) => ({ 'config.json': bytes })),
        others,
      ).map((files) => ({
        ...rest,
        ...files,
      })),
    },
  ),
  async read(files) {
    const model = await loadStoredModel({ storage: await storageOf(files, 'm'), path: 'm' }, { backend })
    await model.dispose()
  },
  ambiguity: (files) => doubleNameIn(files['config.json']),
}
