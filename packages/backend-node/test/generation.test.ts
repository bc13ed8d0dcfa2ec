import { readFileSync } from 'node:fs'
import type { LanguageModel } from '@policypatch/core'
import { loadStoredModel } from '@policypatch/core/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'
import { realModel } from './fixtures.ts'

interface Recorded {
  readonly maxTokens: number
  readonly rows: readonly {
    readonly prompt: string
    readonly promptIds: readonly number[]
    /** What transformers generated greedily, the stop token included. */
    readonly tokens: readonly number[]
    /** How far the best logit was above the second at each of them. */
    readonly margins: readonly number[]
  }[]
}

const models = [
  { id: 'HuggingFaceTB/SmolLM2-135M-Instruct', name: 'smollm2', isChat: true },
  { id: 'google/gemma-3-270m', name: 'gemma3', isChat: false },
]

/** Two logits that are nearer than this may change places by rounding alone. */
const TIE = 1e-3

for (const { id, name, isChat } of models) {
  const file = new URL(`../../core/test/goldens/generation-${name}.json`, import.meta.url)
  const { maxTokens, rows }: Recorded = JSON.parse(readFileSync(file, 'utf8'))
  const { files, reason } = await realModel(id)

  describe.skipIf(!files)(`${id} generates as in transformers${reason}`, () => {
    const backend = onnxruntimeBackend()
    let model: LanguageModel
    beforeAll(async () => {
      if (files) model = await loadStoredModel(files, { backend })
    }, 120_000)
    afterAll(async () => {
      await model?.dispose()
      await backend.dispose()
    })
    const prompts = rows.map(({ prompt }) => (isChat ? [{ role: 'user', content: prompt }] : prompt))

    it('renders and tokenizes the prompts alike', () => {
      for (const [i, { promptIds }] of rows.entries())
        expect(model.tokenizer.encodePrompt(prompts[i] ?? [])).toEqual(promptIds)
    })

    it('chooses the same tokens, but for ties within rounding', async () => {
      const [stop] = model.tokenizer.eosTokenIds
      let same = 0
      let compared = 0
      for await (const generation of model.generateBatch(prompts, { maxTokens, batchSize: prompts.length })) {
        const { index, tokens, finishReason } = generation
        const row = rows[index] as Recorded['rows'][number]
        const own = finishReason === 'stop' ? [...tokens, stop] : tokens
        const fork = row.tokens.findIndex((token, i) => token !== own[i])
        const end = fork < 0 ? row.tokens.length : fork
        same += end
        // Behind a tie both texts are right, and nothing is to be compared any more.
        compared += fork >= 0 && (row.margins[fork] as number) < TIE ? fork : row.tokens.length
      }
      console.info(`${same} of ${compared} tokens are the same: ${((100 * same) / compared).toFixed(1)}%`)
      expect(compared).toBeGreaterThan(500)
      expect(same / compared).toBeGreaterThanOrEqual(0.95)
    }, 120_000)
  })
}
