import type { LanguageModel } from '@policypatch/core'
import type { HostTensor } from '@policypatch/core/platform'
import { afterAll, expect, it } from 'vitest'
import { hashedModel } from '../../core/test/models/hashed-model.ts'
import { hashedValues } from '../../core/test/models/hashed-weights.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'

const backend = onnxruntimeBackend({ threads: 1 })
afterAll(() => backend.dispose())

const vocabSize = 128
const [layers, hiddenSize] = [6, 128]
const prompts = ['5 17 3', '80 25 25 90 3', '41 9', '9 71 8 33 60 4 17 66 12 30 9 71 8 33']
/** The first token comes from reading the prompt, the others from 16 steps or two passes of 8 tokens. */
const maxTokens = 17

/** A model large enough for int8, and the logits of its runs. */
async function observed(change: object): Promise<{ model: LanguageModel; logits: Float32Array[] }> {
  const config = {
    ...{ model_type: 'mistral', vocab_size: vocabSize, hidden_size: hiddenSize, intermediate_size: 192 },
    ...{ num_hidden_layers: layers, num_attention_heads: 4, num_key_value_heads: 2 },
    ...{ max_position_embeddings: 128, sliding_window: null },
    ...change,
  }
  const logits: Float32Array[] = []
  const compile: typeof backend.compile = async (...given) => {
    const compiled = await backend.compile(...given)
    return {
      ...compiled,
      async run(...fed) {
        const outputs = await compiled.run(...fed)
        if (outputs.logits) logits.push((outputs.logits as HostTensor).data as Float32Array)
        return outputs
      },
    }
  }
  return { model: await hashedModel(config, { ...backend, compile }, 'int8'), logits }
}

it.each([
  ['int8', {}],
  ['int8 with a window', { sliding_window: 5 }],
  ['int8 with heads of their own keys', { num_key_value_heads: 4 }],
])('drafted tokens are computed to the last bit as in steps, in %s', async (_, change) => {
  const { model, logits } = await observed(change)
  const prefix = { length: 3, embeddings: hashedValues('prefix', [3, hiddenSize]), alwaysVisible: true }
  const patched = model.withPrefix(prefix)
  const drafts = new Map<string, readonly number[]>()
  const generated = async () => {
    // Copies: a model's own answer to the same request would not be verified.
    for (const [key, tokens] of drafts) drafts.set(key, [...tokens])
    const tokens: number[][] = []
    const options = { maxTokens, batchSize: 4, temperature: 1, seed: 3, drafts }
    for await (const { index, tokens: own } of patched.generateBatch(prompts, options))
      tokens[index] = [...own]
    return { tokens, last: logits.splice(0) }
  }
  const free = await generated()
  const drafted = await generated()
  expect(free.last).toHaveLength(1 + 16)
  expect(drafted.last).toHaveLength(1 + 2)
  expect(drafted.tokens).toEqual(free.tokens)
  for (const [step, together] of free.last.slice(1).entries()) {
    for (const slot of prompts.keys()) {
      const ofStep = together.subarray(slot * vocabSize, (slot + 1) * vocabSize)
      const place = slot * 8 + (step % 8)
      const ofPass = drafted.last[1 + (step >> 3)]?.subarray(place * vocabSize, (place + 1) * vocabSize)
      expect(ofPass).toEqual(ofStep)
    }
  }
})

it('a row has the same logits to the last bit alone, beside others, and beside a longer context', async () => {
  const { model, logits } = await observed({})
  const prefixOf = (length: number) => ({
    length,
    embeddings: hashedValues(`prefix ${length}`, [length, hiddenSize]),
  })
  const [short, long] = [prefixOf(3), prefixOf(21)]
  const logitsOf = async (prefixes: readonly (typeof short)[], batchSize: number) => {
    const requests = prefixes.map((prefix, seed) => ({ prompt: '80 25 25 90 3', prefix, seed }))
    for await (const _ of model.generateBatch(requests, { maxTokens: 5, batchSize, temperature: 1 }));
    return logits.splice(0).map((all) => all.slice(0, vocabSize))
  }
  const alone = await logitsOf([short], 1)
  expect(alone).toHaveLength(5)
  expect(await logitsOf([short, short, short], 3)).toEqual(alone)
  expect(await logitsOf([short, long], 2)).toEqual(alone)
})
