import { describe, expect, it } from 'vitest'
import type { Backend } from '../src/backend/backend.ts'
import { capacityFor, createKeyValueCache } from '../src/model/decoder/key-value-cache.ts'
import { extend } from '../src/model/extend/extend.ts'
import { loadStoredModel } from '../src/model/files/load-model.ts'
import { coreOf } from '../src/model/language-model/model-core.ts'
import { goldenJson, goldenModel, goldenStorage, goldenTensor, relativeDifference } from './goldens.ts'

const models = [
  ['llama', 'config.json', 'llama'],
  ['llama-tied', 'config.json', 'llama-tied'],
  ['llama-sharded', 'config.json', 'llama-tied'],
  ['llama3-scaled', 'config.json', 'llama3-scaled'],
  ['llama3-scaled', 'config-legacy.json', 'llama3-scaled'],
  ['llama3-scaled.gguf', undefined, 'llama3-scaled'],
  ['llama-bias', 'config.json', 'llama-bias'],
  ['llama-mlp-bias', 'config.json', 'llama-mlp-bias'],
  ['qwen2', 'config.json', 'qwen2'],
  ['llama-gptq', 'config.json', 'llama-gptq'],
  ['llama-awq', 'config.json', 'llama-awq'],
  ['llama-fp8', 'config.json', 'llama-fp8'],
  ['llama-compressed', 'config.json', 'llama-compressed'],
] as const

/** Tests the logits of tiny random models on a backend against those computed by transformers. */
export function describeModelGoldens(createBackend: () => Backend): void {
  describe('logits of tiny random models against transformers', () => {
    it.each<readonly [string, string | undefined, string]>(models)(
      '%s by %s',
      async (name, configFile, expected) => {
        const ids = await goldenJson<number[][]>('models/ids.json')
        const golden = await goldenTensor(`models/${expected}/logits.safetensors`, 'logits')
        const model = configFile
          ? await goldenModel(name, createBackend(), configFile)
          : await loadStoredModel(
              { storage: await goldenStorage('models'), path: `models/${name}` },
              { backend: createBackend() },
            )
        const core = coreOf(model)
        const rows = ids.length
        const length = (ids[0] as number[]).length
        // Reads all but the last five tokens at once and those one by one, to test the cache and positions.
        const cache = createKeyValueCache(core.config, rows)
        const head = length - 5
        const steps = [[0, head], ...Array.from({ length: 5 }, (_, i) => [head + i, head + i + 1])] as [
          number,
          number,
        ][]
        for (const [from, to] of steps) {
          const { last, block } = await extend(core, {
            tokens: ids.map((row) => row.slice(from, to)),
            starts: ids.map(() => from),
            output: 'logits',
            ...(from > 0 && { past: cache }),
          })
          for (let row = 0; row < rows; row++) cache.append(row, block, row, to - from)
          const vocab = core.config.vocabSize
          for (let row = 0; row < rows; row++) {
            const at = (row * length + to - 1) * vocab
            const own = (last.data as Float32Array).subarray(row * vocab, (row + 1) * vocab)
            expect(relativeDifference(own, golden.subarray(at, at + vocab))).toBeLessThan(1e-4)
          }
        }
        expect(cache.capacity).toBe(capacityFor(length))
      },
    )
  })
}
