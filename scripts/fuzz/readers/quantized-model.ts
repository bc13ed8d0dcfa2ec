import { expandWeight, loadStoredModel } from '@policypatch/core/platform'
import fc from 'fast-check'
import { cpuBackend } from '../../../packages/core/test/cpu-backend.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden, goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { changedSafetensors, safetensorsAmbiguity } from '../safetensors-parts.ts'
import { storageOf } from '../storage-of.ts'

const weightsFile = 'model.safetensors'
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const { tokenizerJson } = JSON.parse(textOf(golden('test/goldens/tokenizer-smollm.json')))
const tokenizer: Files = {
  'tokenizer.json': utf8(JSON.stringify(tokenizerJson)),
  'tokenizer_config.json': utf8('{"eos_token": "<|endoftext|>"}'),
}

const models = ['gptq', 'awq', 'fp8', 'compressed'].map((name): Files => {
  const files = goldenFolder(`test/goldens/models/llama-${name}`)
  const own = { 'config.json': files['config.json'], [weightsFile]: files[weightsFile] }
  return { ...(own as Files), ...tokenizer }
})
const weights = models.map((files) => files[weightsFile] as Uint8Array)

const ofSome = (change: (files: Files) => fc.Arbitrary<Files>) => fc.constantFrom(...models).chain(change)

/** A changed quantization_config, or one that belongs to other weights. */
const otherConfig = ofSome((files) => {
  const json = JSON.parse(textOf(files['config.json']))
  return changedJson(
    fc
      .constantFrom(files, files, ...models)
      .map((other) => treeOf(JSON.parse(textOf(other['config.json'])).quantization_config)),
  ).map((text) => {
    const rest = JSON.stringify({ ...json, quantization_config: undefined }).slice(0, -1)
    return { ...files, 'config.json': utf8(`${rest},"quantization_config":${text}}`) }
  })
})

const otherTensors = ofSome((files) =>
  changedSafetensors(files[weightsFile] as Uint8Array).map((bytes) => ({ ...files, [weightsFile]: bytes })),
)

const backend = cpuBackend()

/** Quantized safetensors checkpoints, whose weights are expanded. */
export const quantizedReader: FuzzedReader = {
  name: 'quantized-model',
  files: fc.oneof(
    { weight: 4, arbitrary: otherConfig },
    { weight: 3, arbitrary: otherTensors },
    {
      weight: 2,
      arbitrary: damaged(
        ofSome((files) => fc.constant(files)),
        weights,
      ),
    },
  ),
  async read(files) {
    const model = await loadStoredModel({ storage: await storageOf(files, 'm'), path: 'm' }, { backend })
    for (const weight of Object.values(model.weights)) expandWeight(weight)
    await model.dispose()
  },
  ambiguity(files) {
    const bytes = files[weightsFile]
    return doubleNameIn(files['config.json']) ?? (bytes && safetensorsAmbiguity(bytes))
  },
}
