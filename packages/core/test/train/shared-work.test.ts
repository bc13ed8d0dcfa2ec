import { beforeAll, describe, expect, it } from 'vitest'
import { expandWeight, type HostTensor } from '../../src/backend/backend.ts'
import { forward } from '../../src/model/decoder/forward.ts'
import { placeFeeds } from '../../src/model/decoder/places.ts'
import type { LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { programFor } from '../../src/model/language-model/program-cache.ts'
import { sharedPromptLength } from '../../src/model/score/row-layout.ts'
import * as tf from '../../src/tf.ts'
import type { DpoExample, SftExample } from '../../src/train/examples/example.ts'
import type { Objective } from '../../src/train/trainer/objective.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { stepFeeds } from '../../src/train/trainer/step-feeds.ts'
import { trainingProgram } from '../../src/train/trainer/training-program.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel, relativeDifference } from '../goldens.ts'

// What makes a step cheaper than running every row by itself must not change its loss or gradient.

const backend = cpuBackend()
let model: LanguageModel
let prefix: Prefix
beforeAll(async () => {
  model = await goldenModel('llama', backend)
  prefix = initPrefix(model, { length: 4, init: 'random', seed: 1 })
})

const examples: DpoExample[] = [
  { prompt: [3, 60, 8, 17, 4], chosen: [9, 71, 8, 2], rejected: [44, 12, 2] },
  { prompt: [3, 60, 8, 25, 25, 90, 52], chosen: [66, 2], rejected: [5, 38, 21, 70, 13, 2] },
  { prompt: [3, 60, 8, 41], chosen: [19, 19, 54, 86, 30, 2], rejected: [63] },
].map((row, i) => ({ ...row, kind: 'harmful', referenceChosen: -12 - 3 * i, referenceRejected: -11 - 2 * i }))

/** One step's loss and gradient as the trainer computes it. */
async function step(objective: Objective, batch: readonly SftExample[], shared: number) {
  const sharedIds = (batch[0] as SftExample).prompt.slice(0, shared)
  const { shape, feeds } = stepFeeds(model, objective, batch, prefix, sharedIds)
  const own = programFor(feeds, model, trainingProgram(model, objective, shape))
  const program = await backend.compile(own.program, own.signature)
  const outputs = await program.run(feeds)
  const values = (name: string) => (outputs[name] as HostTensor).data as Float32Array
  return { values, shape, loss: values('loss')[0] as number, gradient: values('gradient') }
}

/** SFT's loss and gradient by the definition: the prefix copied before each row, whole logits, a log-softmax. */
function plainSft(batch: readonly SftExample[]) {
  const { architecture, config } = model
  const weights = Object.fromEntries(
    Object.entries(model.weights).map(([name, weight]) => {
      const { shape, data } = expandWeight(weight)
      return [name, tf.tensor(data, [...shape])]
    }),
  )
  const count = batch.reduce((sum, { chosen }) => sum + chosen.length, 0)
  const lossOf = (p: tf.Tensor) => {
    const terms = batch.map(({ prompt, chosen }) => {
      const ids = tf.tensor1d([...prompt, ...chosen.slice(0, -1)], 'int32')
      const length = prefix.length + ids.size
      const own = placeFeeds(config, { positions: Array.from({ length }, (_, i) => i) })
      const { hidden } = forward({
        ...{ architecture, config, weights, batch: 1 },
        tokens: tf.concat([p, architecture.embed(config, weights, ids)]),
        places: { cos: tensorOf(own.cos as HostTensor), sin: tensorOf(own.sin as HostTensor) },
      })
      const final = architecture.normalize(config, weights, hidden)
      const output = weights[architecture.outputWeight(config)] as tf.Tensor
      const logps = tf.logSoftmax(tf.matMul(final, output, false, true))
      const labels = tf.oneHot(tf.tensor1d([...chosen], 'int32'), config.vocabSize)
      return tf.sum(tf.mul(tf.slice(logps, [length - chosen.length, 0]), labels))
    })
    return tf.div(tf.neg(tf.addN(terms)), count) as tf.Scalar
  }
  const start = tf.tensor2d(prefix.embeddings, [prefix.length, config.hiddenSize])
  const { value, grad } = tf.valueAndGrad(lossOf as (x: tf.Tensor) => tf.Scalar)(start)
  return { loss: value.dataSync()[0] as number, gradient: grad.dataSync() as Float32Array }
}

const tensorOf = ({ shape, data }: HostTensor) => tf.tensor(data, [...shape])

type Computed = Pick<Awaited<ReturnType<typeof step>>, 'loss' | 'gradient'>

function expectSame(found: Computed, expected: Computed) {
  expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-5)
  expect(relativeDifference(found.gradient, expected.gradient)).toBeLessThan(1e-5)
}

describe('a step gives the loss and gradient', () => {
  it('of rows that each have a copy of the prefix, and of a whole log-softmax', async () => {
    expectSame(await step({ type: 'sft' }, examples, 0), plainSft(examples))
  })

  it('of whole prompts when what they begin with is run once', async () => {
    const shared = sharedPromptLength(examples.map(({ prompt }) => prompt))
    expect(shared).toBe(3)
    for (const objective of [{ type: 'sft' }, { type: 'dpo' }] as const)
      expectSame(await step(objective, examples, shared), await step(objective, examples, 0))
  })

  it('of rows with one example each when several share a row', async () => {
    const many = Array.from({ length: 6 }, () => examples).flat()
    const packed = await step({ type: 'sft' }, many, 0)
    expect(packed.shape.batch).toBe(3)
    expectSame(packed, plainSft(examples))
  })

  it('of y⁺ and y⁻ each behind its own copy of the prompt', async () => {
    const beta = 0.3
    const { values, gradient } = await step({ type: 'dpo', beta }, examples, 0)
    const expected = new Float32Array(gradient.length)
    for (const [i, { prompt, kind, chosen, rejected, ...references }] of examples.entries()) {
      const won = await step({ type: 'sft' }, [{ prompt, kind, chosen }], 0)
      const lost = await step({ type: 'sft' }, [{ prompt, kind, chosen: rejected }], 0)
      const logps = [-won.loss * chosen.length, -lost.loss * rejected.length] as const
      expect(values('chosen')[i]).toBeCloseTo(logps[0], 4)
      expect(values('rejected')[i]).toBeCloseTo(logps[1], 4)
      // d/dP of −log σ(z) is σ(−z) · −dz, z = β (log π(y⁺) − log π(y⁻) − …); SFT's loss is −log π / N.
      const z = beta * (logps[0] - references.referenceChosen - (logps[1] - references.referenceRejected))
      const pull = beta / (1 + Math.exp(z)) / examples.length
      for (let j = 0; j < expected.length; j++) {
        expected[j]! += pull * (won.gradient[j]! * chosen.length - lost.gradient[j]! * rejected.length)
      }
    }
    expect(relativeDifference(gradient, expected)).toBeLessThan(1e-4)
  })
})
