import { beforeAll, describe, expect, it } from 'vitest'
import type { Gate, LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { withEmbeddings } from '../../src/model/language-model/prefix.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import { distillPatch } from '../../src/train/distill/distill-patch.ts'
import { imitate } from '../../src/train/distill/distillation-task.ts'
import type { DpoExample } from '../../src/train/examples/example.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/train/stage/checkpoint.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { PrefixTrainer, type PrefixTrainerOptions } from '../../src/train/trainer/prefix-trainer.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel, relativeDifference } from '../goldens.ts'
import { tasks, training } from './distillation-run.ts'

let model: LanguageModel
let stack: Prefix
beforeAll(async () => {
  model = await goldenModel('qwen2', cpuBackend())
  stack = parallelPrefix([
    { prefix: initPrefix(model, { length: 3, init: 'vocab', seed: 1 }), weight: 1 },
    { prefix: initPrefix(model, { length: 5, init: 'random', seed: 2 }), weight: 0.5 },
  ])
})

// With a shared prompt, and without.
const alike: DpoExample[] = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], rejected: [44, 12, 2], kind: 'harmful' as const },
  { prompt: [5, 17, 90, 7], chosen: [66, 2], rejected: [5, 38, 21, 2], kind: 'harmless' as const },
].map((row) => ({ ...row, referenceChosen: -10, referenceRejected: -9 }))
const different = alike.map((row, i) => (i === 0 ? row : { ...row, prompt: [80, 25] }))

const trainerOf = (options: Partial<PrefixTrainerOptions> = {}) =>
  new PrefixTrainer({
    ...{ model, prefix: stack, objective: { type: 'sft' }, examples: alike, batchSize: 2, steps: 3 },
    ...{ learningRate: 1e-2, seed: 4 },
    ...options,
  })

/** −log π of a token of y⁺, averaged over all, as `score` has it. */
async function lossOf(examples: readonly DpoExample[], prefix: Prefix): Promise<number> {
  const scores = await model.score(
    examples.map(({ prompt, chosen }) => ({ prompt: prompt.join(' '), prefix, response: chosen })),
  )
  const logps = scores.flatMap(({ logProbabilities }) => [...logProbabilities])
  return -logps.reduce((sum, logp) => sum + logp, 0) / logps.length
}

const withGate = (prefix: Prefix): Prefix => {
  const wide = new Float32Array(2 * model.config.hiddenSize).fill(1)
  const one = Float32Array.of(1)
  const gate: Gate = {
    ...{ layers: [1], window: 2, mean: wide, scale: wide, hidden: wide },
    ...{ hiddenBias: one, output: one, bias: 0 },
  }
  return { ...prefix, gate }
}

describe.each([
  ['with a shared prompt', () => alike],
  ['without one', () => different],
] as const)('training parts side by side, prompts %s', (_, examplesOf) => {
  it.each(['none', 'block'] as const)('has the loss of score, recompute %s', async (recompute) => {
    const examples = examplesOf()
    const { loss } = await trainerOf({ recompute, examples }).gradient(examples)
    expect(loss).toBeCloseTo(await lossOf(examples, stack), 4)
  })

  it.each(['none', 'block'] as const)('has the gradient of score, recompute %s', async (recompute) => {
    const examples = examplesOf()
    const { gradient } = await trainerOf({ recompute, examples }).gradient(examples)
    // Along the gradient itself, where finite differences are surest: f(x + h·g/|g|) − f(x − h·g/|g|) = 2h·|g|.
    const norm = Math.hypot(...gradient)
    const h = 0.02
    const moved = (by: number) =>
      withEmbeddings(
        stack,
        stack.embeddings.map((value, i) => value + (by * (gradient[i] as number)) / norm),
      )
    const slope = ((await lossOf(examples, moved(h))) - (await lossOf(examples, moved(-h)))) / (2 * h)
    expect(Math.abs(slope / norm - 1)).toBeLessThan(0.02)
  })
})

it('gives the same for DPO where layers are worked out again', async () => {
  const objective = { type: 'dpo', beta: 0.3, sftWeight: 0.5 } as const
  const kept = await trainerOf({ objective }).gradient(alike)
  const recomputed = await trainerOf({ objective, recompute: 'block' }).gradient(alike)
  expect(recomputed.loss).toBeCloseTo(kept.loss, 4)
  expect(relativeDifference(recomputed.gradient, kept.gradient)).toBeLessThan(1e-5)
})

it('keeps parts and weights over steps and checkpoints', async () => {
  const trainer = trainerOf()
  for await (const { step } of trainer) if (step === 2) break
  const { prefix } = trainer
  expect(prefix.embeddings).not.toEqual(stack.embeddings)
  expect(prefix.parts?.map((part) => [part.prefix.length, part.weight])).toEqual(
    stack.parts?.map((part) => [part.prefix.length, part.weight]),
  )
  expect(prefix.parts?.flatMap((part) => [...part.prefix.embeddings])).toEqual([...prefix.embeddings])
  const best = { step: 1, prefix, scores: { harmful: 1, harmless: 1 } }
  const bytes = encodeCheckpoint({ settings: 's', state: trainer.state(), best })
  const read = await decodeCheckpoint('checkpoint', bytes)
  expect(read.state).toEqual(trainer.state())
  expect(read.best).toEqual(best)
  const resumed = trainerOf()
  resumed.load(read.state)
  expect(await resumed.step()).toEqual(await trainer.step())
})

it('refuses a state of other parts', () => {
  const plain = { length: stack.length, embeddings: stack.embeddings }
  const other = trainerOf({ prefix: plain })
  expect(() => trainerOf().load(other.state())).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
})

it('refuses the gradient at a prefix of another length, or of other parts', async () => {
  const plain = { length: stack.length, embeddings: stack.embeddings }
  for (const other of [plain, initPrefix(model, { length: 3, init: 'vocab' })]) {
    await expect(trainerOf().gradient(alike, other)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  }
})

it('refuses gates by name, of the whole and of parts', async () => {
  const { parts = [] } = stack
  const [first, second] = parts
  const gated = parallelPrefix([{ ...first!, prefix: withGate(first!.prefix) }, second!])
  for (const prefix of [withGate({ length: stack.length, embeddings: stack.embeddings }), gated]) {
    expect(() => trainerOf({ prefix })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    await expect(
      distillPatch({ model, prefix, tasks: imitate(tasks, model, 'base'), training }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  }
})

it('refuses a prefix that is not made up of its parts, in training as in scoring', async () => {
  const embeddings = stack.embeddings.map((value, i) => (i === 7 ? value + 1 : value))
  const other = { ...stack, embeddings }
  expect(() => trainerOf({ prefix: other })).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  await expect(lossOf(alike, other)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
})

it('distils a patch of parts from parts', async () => {
  const teacher = model.withPrefix(initPrefix(model, { length: 4, init: 'random', seed: 9 }))
  const patch = await distillPatch({
    model,
    prefix: stack,
    tasks: imitate(tasks, teacher, 'other'),
    training,
  })
  const described = stack.parts?.map((part) => ({ length: part.prefix.length, weight: part.weight }))
  expect(patch.manifest.prefix).toMatchObject({ length: stack.length, parts: described })
  expect(patch.prefix.parts?.map((part) => part.weight)).toEqual(described?.map(({ weight }) => weight))
  expect(patch.prefix.embeddings).not.toEqual(stack.embeddings)
})
