import { expect, it } from 'vitest'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import { findArchitecture } from '../../src/model/decoder/architectures/find-architecture.ts'
import { adaptedConfig } from '../../src/model/files/adapt-model.ts'
import { loadStoredModel } from '../../src/model/files/load-model.ts'
import { loadWeights } from '../../src/model/files/load-weights.ts'
import { openLora } from '../../src/model/files/lora/lora.ts'
import { openShardedSafetensors } from '../../src/model/files/tensors/sharded-safetensors.ts'
import { numberTokenizer } from '../../src/testing/number-tokenizer.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenStorage, goldenTensor, relativeDifference } from '../goldens.ts'
import { centred, logitsAfter } from '../logits-after.ts'

const { ids, bases } = await goldenJson<{ ids: number[]; bases: Record<string, string> }>(
  'lora-adapters/merged.json',
)

/** A tiny model with an adapter merged as it is loaded. */
async function adapted(base: string, adapterName: string) {
  const directory = `models/${base}`
  const storage = await goldenStorage(directory)
  const json = JSON.parse(new TextDecoder().decode(await storage.read(`${directory}/config.json`)))
  const architecture = findArchitecture(json.model_type)
  const config = architecture.parseConfig(json)
  const folder = `lora-adapters/${adapterName}`
  const adapter = await openLora({ storage: await goldenStorage(folder), path: folder })
  const merged = adaptedConfig(adapter, architecture, config)
  const reader = await openShardedSafetensors(storage, directory)
  const weights = await loadWeights(reader, architecture, config, { adapter, adapted: merged })
  const tokenizer = numberTokenizer({ vocabSize: merged.vocabSize })
  return createLanguageModel({
    id: base,
    architecture,
    config: merged,
    tokenizer,
    weights,
    backend: cpuBackend(),
  })
}

it.each(Object.entries(bases))('%s in %s gives the logits that PEFT merges it to', async (name, base) => {
  const model = await adapted(base, name)
  const expected = await goldenTensor('lora-adapters/merged.safetensors', name)
  const { vocabSize } = model.config
  expect(expected).toHaveLength(ids.length * vocabSize)
  const prompts = ids.map((_, t) => ids.slice(0, t + 1))
  for (const [t, logits] of (await logitsAfter(model, prompts, null)).entries()) {
    const row = expected.subarray(t * vocabSize, (t + 1) * vocabSize)
    expect(relativeDifference(logits, centred(row))).toBeLessThan(1e-4)
  }
})

it('an adapter with further tokens brings the tokenizer that knows them', async () => {
  const tokenizer = (added: object[]) =>
    new TextEncoder().encode(
      JSON.stringify({
        added_tokens: added,
        pre_tokenizer: null,
        model: { type: 'BPE', vocab: { a: 0, b: 1, '</s>': 2 }, merges: [] },
      }),
    )
  const end = { id: 2, content: '</s>', special: true }
  const base = await goldenStorage('models/llama-tied')
  await base.write('models/llama-tied/tokenizer.json', tokenizer([end]))
  const path = 'lora-adapters/resized-tied'
  const storage = await goldenStorage(path)
  await storage.write(`${path}/tokenizer.json`, tokenizer([end, { id: 3, content: '<t>', special: true }]))
  await storage.write(`${path}/tokenizer_config.json`, new TextEncoder().encode('{"eos_token":"<t>"}'))
  const load = (adapter?: { storage: typeof storage; path: string }) =>
    loadStoredModel(
      { storage: base, path: 'models/llama-tied' },
      { backend: cpuBackend(), ...(adapter && { adapter }) },
    )
  expect((await load()).tokenizer.eosTokenIds).toEqual([2])
  const model = await load({ storage, path })
  expect(model.config.vocabSize).toBe(101)
  expect(model.tokenizer.encode('a<t>b')).toEqual([0, 3, 1])
  expect(model.tokenizer.eosTokenIds).toEqual([3])
})
