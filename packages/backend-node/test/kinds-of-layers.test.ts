import type { LanguageModel } from '@policypatch/core'
import { createLanguageModel } from '@policypatch/core/platform'
import { initPrefix, PrefixTrainer } from '@policypatch/core/train'
import { afterAll, expect, it } from 'vitest'
import { goldenModel } from '../../core/test/goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'

const examples = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], kind: 'harmful' as const },
  { prompt: [80, 25], chosen: [66, 2], kind: 'harmless' as const },
]
const backend = onnxruntimeBackend()
afterAll(() => backend.dispose())

it.each(['float32', 'int8'] as const)(
  'a bias in one layer alone counts where layers are worked out again, in %s',
  async (precision) => {
    const { architecture, config, tokenizer, weights } = await goldenModel('qwen2', backend)
    const bias = Float32Array.from({ length: config.hiddenSize }, (_, i) => Math.sin(i))
    const model: LanguageModel = await createLanguageModel({
      ...{ id: 'biased', architecture, config, tokenizer, backend, precision },
      weights: {
        ...weights,
        'model.layers.1.self_attn.o_proj.bias': { shape: [config.hiddenSize], data: bias },
      },
    })
    const lossOf = async (recompute: 'none' | 'block') => {
      const trainer = new PrefixTrainer({
        ...{ model, examples, prefix: initPrefix(model, { length: 3, init: 'vocab', seed: 1 }) },
        ...{ objective: { type: 'sft' }, steps: 1, learningRate: 1e-2, recompute },
      })
      const { loss } = await trainer.gradient(examples)
      await trainer.dispose()
      return loss
    }
    expect(await lossOf('block')).toBeCloseTo(await lossOf('none'), 4)
  },
)
