import { beforeAll, describe, expect, it } from 'vitest'
import { expandWeight, type Weight } from '../../src/backend/backend.ts'
import { requestOf } from '../../src/model/gate/asked-request.ts'
import { gateLogit, withoutGates } from '../../src/model/gate/gate.ts'
import { hiddenStates } from '../../src/model/gate/hidden-states.ts'
import type { Gate, LanguageModel, Prefix } from '../../src/model/language-model/language-model.ts'
import { coreOf } from '../../src/model/language-model/model-core.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { countedModel } from '../counted-model.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenModel, goldenTensor, relativeDifference } from '../goldens.ts'

let model: LanguageModel
let plain: Prefix
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
  plain = initPrefix(model, { length: 6, init: 'random', seed: 1 })
})

const prompts = ['5 17 3', '80 25 25 90 3 52 11 61 7', '41 7', '12 13 14 15', '90 2 8']
const place = { layers: [1], window: 3 }

/** A gate that takes the mean of what it reads at one dimension for its logit, so that it fires on some prompts. */
async function splitting(): Promise<Gate> {
  const readings = await model.hiddenStates(prompts, place)
  const width = 2 * model.config.hiddenSize
  const values = readings.map((reading) => reading[0] as number)
  const middle = [...values].sort((a, b) => a - b)[2] as number
  const hidden = new Float32Array(2 * width)
  hidden[0] = 1
  hidden[width] = -1
  return {
    ...place,
    mean: new Float32Array(width),
    scale: new Float32Array(width).fill(1),
    hidden,
    hiddenBias: new Float32Array(2),
    output: Float32Array.of(1, -1),
    bias: -middle - 1e-6,
  }
}

describe('hidden states', () => {
  it('after the last layer give the logits of transformers', async () => {
    const ids = await goldenJson<number[][]>('models/ids.json')
    const golden = await goldenTensor('models/llama/logits.safetensors', 'logits')
    const { layers, hiddenSize, vocabSize } = model.config
    const { epsilon } = model.config.norm
    const states = await model.hiddenStates(
      ids.map((row) => row.join(' ')),
      { layers: [layers], window: 1 },
    )
    const weightOf = (name: string) => expandWeight(model.weights[name] as Weight).data as Float32Array
    const norm = weightOf('model.norm.weight')
    const output = weightOf(model.architecture.outputWeight(model.config))
    for (const [row, state] of states.entries()) {
      const last = state.subarray(0, hiddenSize)
      const size = Math.sqrt(last.reduce((sum, x) => sum + x * x, 0) / hiddenSize + epsilon)
      const normed = last.map((x, i) => (x / size) * (norm[i] as number))
      const logits = Float32Array.from({ length: vocabSize }, (_, id) =>
        normed.reduce((sum, x, i) => sum + x * (output[id * hiddenSize + i] as number), 0),
      )
      const length = (ids[row] as number[]).length
      const at = (row * length + length - 1) * vocabSize
      expect(relativeDifference(logits, golden.subarray(at, at + vocabSize))).toBeLessThan(1e-4)
      // Over a window of one token the mean is the last token's.
      expect(relativeDifference(state.subarray(hiddenSize), last)).toBeLessThan(1e-6)
    }
  })

  it('do not depend on what is read beside them, and average the window', async () => {
    const together = await model.hiddenStates(prompts, place, { batchSize: 5 })
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await model.hiddenStates([prompt], place)
      expect(relativeDifference(alone as Float32Array, together[i] as Float32Array)).toBeLessThan(1e-5)
    }
    const d = model.config.hiddenSize
    const ends = await model.hiddenStates(['80 25 25', '80 25', '80'], { layers: [1], window: 3 })
    const mean = Float32Array.from(
      { length: d },
      (_, i) => ends.reduce((sum, end) => sum + (end[i] as number), 0) / 3,
    )
    expect(relativeDifference((ends[0] as Float32Array).subarray(d), mean)).toBeLessThan(1e-5)
  })

  it('are the same where what all prompts begin with is read once for all of them', async () => {
    const shared = [5, 17, 3, 80, 25, 25, 90, 3, 52, 11]
    const rows = [
      [41, 7],
      [12, 13, 14, 15],
      [90, 2, 8],
    ].map((own) => [...shared, ...own])
    const at = [{ layers: [1], window: 2 }]
    const apart = (from: number) =>
      hiddenStates(
        coreOf(model),
        rows.map((tokens) => ({ tokens, from })),
        at,
      )
    const [together, alone] = [await apart(shared.length), await apart(0)]
    for (const [i, [reading]] of together.entries()) {
      expect(relativeDifference(reading as Float32Array, alone[i]?.[0] as Float32Array)).toBeLessThan(1e-5)
    }
    // Another call takes the shared prompt from the first.
    expect(await apart(shared.length)).toEqual(together)
  })

  it('of an empty prompt are refused', async () => {
    await expect(model.hiddenStates([''], place)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('a prefix with a gate', () => {
  it('takes effect where its gate fires; else the answer is the base’s', async () => {
    const gated = model.withPrefix({ ...plain, gate: await splitting() })
    const fires = await gated.takesEffect(prompts)
    expect(fires).toContain(true)
    expect(fires).toContain(false)
    const tokensOf = async (subject: LanguageModel, batchSize: number) => {
      const tokens: (readonly number[])[] = []
      for await (const { index, tokens: own } of subject.generateBatch(prompts, {
        maxTokens: 6,
        batchSize,
      })) {
        tokens[index] = own
      }
      return tokens
    }
    const [base, patched] = [await tokensOf(model, 5), await tokensOf(model.withPrefix(plain), 5)]
    const expected = fires.map((fired, i) => (fired ? patched[i] : base[i]))
    expect(base).not.toEqual(patched)
    for (const batchSize of [1, 2, 5]) expect(await tokensOf(gated, batchSize)).toEqual(expected)
  })

  it('reads a prompt once, however often it is asked and by how many gates', async () => {
    const { own, runs } = await countedModel()
    const gate = await splitting()
    const gated = own.withPrefix({ ...plain, gate })
    const fires = await gated.takesEffect([...prompts, ...prompts])
    expect(fires).toEqual([...fires.slice(0, 5), ...fires.slice(0, 5)])
    expect(runs.count).toBe(1)
    expect(await gated.takesEffect(prompts)).toEqual(fires.slice(0, 5))
    expect(await gated.withPrefix({ ...plain, gate }).takesEffect(prompts)).toEqual(fires.slice(0, 5))
    expect(runs.count).toBe(1)
    const opposite = { ...gate, output: gate.output.map((x) => -x), bias: -gate.bias }
    const stack = parallelPrefix([
      { prefix: { ...plain, gate }, weight: 1 },
      { prefix: { ...plain, gate: opposite }, weight: 1 },
    ])
    expect(await own.withPrefix(stack).takesEffect([...prompts, '7 7 7'])).not.toContain(false)
    // The other gate has not read them, and neither knows the last one.
    expect(runs.count).toBe(2)
  })

  it('never fires on a prompt of one token, the start of a text', async () => {
    const always = { ...(await splitting()), bias: 1e6 }
    const gated = model.withPrefix({ ...plain, gate: always })
    expect(await gated.takesEffect(['41', '41 7'])).toEqual([false, true])
    expect((await gated.generate('41', { maxTokens: 4 })).tokens).toEqual(
      (await model.generate('41', { maxTokens: 4 })).tokens,
    )
  })

  it('scores responses as the model that answers does', async () => {
    const gated = model.withPrefix({ ...plain, gate: await splitting() })
    const fires = await gated.takesEffect(prompts)
    const requests = prompts.map((prompt) => ({ prompt, response: [9, 71, 8, 33] }))
    const logps = async (subject: LanguageModel) =>
      (await subject.score(requests)).map(({ logProbabilities }) => [...logProbabilities])
    const [base, patched, found] = [
      await logps(model),
      await logps(model.withPrefix(plain)),
      await logps(gated),
    ]
    for (const [i, fired] of fires.entries()) {
      const expected = Float32Array.from((fired ? patched[i] : base[i]) as number[])
      expect(relativeDifference(Float32Array.from(found[i] as number[]), expected)).toBeLessThan(1e-5)
    }
  })

  it('decides part by part in a stack', async () => {
    const other = initPrefix(model, { length: 4, init: 'random', seed: 2 })
    const gate = await splitting()
    const stack = model.withPrefix(
      parallelPrefix([
        { prefix: { ...plain, gate }, weight: 1 },
        { prefix: other, weight: 1 },
      ]),
    )
    const fires = await model.withPrefix({ ...plain, gate }).takesEffect(prompts)
    const both = model.withPrefix(withoutGates(stack.prefix as Prefix))
    const alone = model.withPrefix(other)
    for (const [i, prompt] of prompts.entries()) {
      const expected = await (fires[i] ? both : alone).generate(prompt, { maxTokens: 5 })
      expect((await stack.generate(prompt, { maxTokens: 5 })).tokens).toEqual(expected.tokens)
    }
    expect(await stack.takesEffect(prompts)).toEqual(prompts.map(() => true))
  })

  it('that does not fit the model is refused', async () => {
    const gate = await splitting()
    const problems = [
      { ...gate, layers: [99] },
      { ...gate, mean: new Float32Array(3) },
    ]
    for (const bad of problems) {
      expect(() => model.withPrefix({ ...plain, gate: bad })).toThrow(/Expected a gate of readings/i)
    }
    expect(() => model.withPrefix({ ...plain, gate: { ...gate, bias: Number.NaN } })).toThrow(/finite/)
  })

  it('is what its equation says', async () => {
    const gate = { ...(await splitting()), bias: 0.5, hiddenBias: Float32Array.of(0.25, -1) }
    const reading = new Float32Array(gate.mean.length)
    reading[0] = 20
    // Cut to 8: leaky(8 + 0.25) − leaky(−8 − 1) + 0.5
    expect(gateLogit(gate, reading)).toBeCloseTo(8.25 + 0.9 + 0.5)
  })
})

describe('what a gate reads', () => {
  it('is the user’s last turn alone, and a text as it is', () => {
    const turn = (role: string, content: string) => ({ role, content })
    const request = turn('user', 'How?')
    expect(
      requestOf([turn('system', 'Be kind.'), turn('user', 'Hi'), turn('assistant', 'Yes?'), request]),
    ).toEqual([request])
    expect(requestOf([turn('user', 'How?'), turn('assistant', 'Sure,')])).toEqual([request])
    expect(requestOf([turn('system', 'Be kind.')])).toEqual([turn('system', 'Be kind.')])
    expect(requestOf('Once upon')).toBe('Once upon')
  })
})
