import { describe, expect, it } from 'vitest'
import type { NamedWeights } from '../../src/backend/backend.ts'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import type { Architecture } from '../../src/model/decoder/architectures/architecture.ts'
import { expandedLayers, firstsOfKinds, layerWeights } from '../../src/model/decoder/layer-weights.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import * as tf from '../../src/tf.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { PrefixTrainer } from '../../src/train/trainer/prefix-trainer.ts'
import { cpuBackend, packed } from '../cpu-backend.ts'
import { goldenModel, relativeDifference } from '../goldens.ts'

const examples = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], kind: 'harmful' as const },
  { prompt: [80, 25], chosen: [66, 2], kind: 'harmless' as const },
]

async function withWeights(
  change: (weights: NamedWeights, model: LanguageModel) => NamedWeights,
  architecture?: (base: Architecture) => Architecture,
): Promise<LanguageModel> {
  const model = await goldenModel('qwen2', cpuBackend())
  return createLanguageModel({
    ...{ id: 'changed', config: model.config, tokenizer: model.tokenizer, backend: model.backend },
    architecture: architecture?.(model.architecture) ?? model.architecture,
    weights: change(model.weights, model),
  })
}

const bias = (weights: NamedWeights, { config }: LanguageModel): NamedWeights => ({
  ...weights,
  'model.layers.1.self_attn.o_proj.bias': {
    shape: [config.hiddenSize],
    data: Float32Array.from({ length: config.hiddenSize }, (_, i) => Math.sin(i)),
  },
})

const onePacked = (weights: NamedWeights): NamedWeights => {
  const all = packed(weights)
  const name = 'model.layers.1.mlp.up_proj.weight'
  return { ...weights, [name]: all[name]! }
}

/** Every other layer takes twice what its attention gives. */
const twice = ({ layerKind: _, ...base }: Architecture): Architecture => ({
  ...base,
  finishLayer: (config, weights, layer, x, attended) =>
    base.finishLayer(config, weights, layer, x, layer % 2 === 1 ? tf.mul(attended, 2) : attended),
})

describe.each([
  ['a bias in one layer alone', () => withWeights(bias)],
  ['a packed weight in one layer alone', () => withWeights(onePacked)],
  ['an architecture whose layers differ by their number', () => withWeights((weights) => weights, twice)],
  [
    'one that says which are alike',
    () =>
      withWeights(
        (weights) => weights,
        (base) => ({ ...twice(base), layerKind: (_, layer) => (layer % 2 ? 'twice' : 'once') }),
      ),
  ],
] as const)('working layers out again: %s', (_, make) => {
  it.each([undefined, 1])('gives what the whole gives, memory %s', async (memoryBudget) => {
    const model = await make()
    const gradientOf = (recompute: 'none' | 'block') =>
      new PrefixTrainer({
        ...{ model, examples, prefix: initPrefix(model, { length: 3, init: 'vocab', seed: 1 }) },
        ...{ objective: { type: 'sft' }, steps: 1, learningRate: 1e-2, recompute },
        ...(memoryBudget && recompute === 'block' && { memoryBudget }),
      }).gradient(examples)
    const whole = await gradientOf('none')
    const again = await gradientOf('block')
    expect(again.loss).toBeCloseTo(whole.loss, 5)
    expect(relativeDifference(again.gradient, whole.gradient)).toBeLessThan(1e-5)
  })
})

describe('kinds of layers', () => {
  it('are one where all are alike, and of an own architecture unless it says so each its own', async () => {
    const model = await goldenModel('qwen2', cpuBackend())
    const layers = [...Array(model.config.layers).keys()]
    expect(firstsOfKinds(model)).toEqual(layers.map(() => 0))
    expect(firstsOfKinds(await withWeights((weights) => weights, twice))).toEqual(layers)
    expect(firstsOfKinds(await withWeights(bias))[1]).toBe(1)
    expect(firstsOfKinds(await withWeights(onePacked))[1]).toBe(1)
  })

  it('have weights of a size of their own in the memory that layers share', () => {
    const of = (size: number) => ({
      shape: [size],
      expand: (out = new Float32Array(size)) => out.fill(size),
    })
    const weights = { 'model.layers.0.a': of(2), 'model.layers.1.a': of(3), 'model.layers.2.a': of(2) }
    const expanded = expandedLayers({}, weights)
    for (const [layer, size] of [2, 3, 2].entries()) {
      const found = expanded(layer, layer === 2 ? 0 : layer)
      expect(Object.keys(found)).toEqual(
        Object.keys(layerWeights({}, weights, layer, layer === 2 ? 0 : layer)),
      )
      expect(Object.values(found)).toMatchObject([{ shape: [size], data: new Float32Array(size).fill(size) }])
    }
  })
})
