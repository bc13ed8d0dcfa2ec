import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel, relativeDifference } from '../goldens.ts'
import { logitsAfter, prefixOfIds } from '../plain-decoding.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('qwen2', cpuBackend())
})

const requests = [
  { prompt: '5 17 3', response: [9, 71, 8, 2] },
  { prompt: '80 25 25 90 3 52 11', response: [2] },
  { prompt: '41', response: [19, 19, 54, 86, 30, 2] },
  { prompt: '5 17 3', response: [44, 12] },
]

/** log softmax by the definition, in double precision. */
function logSoftmax(logits: Float32Array): number[] {
  const top = Math.max(...logits)
  const normalizer = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
  return Array.from(logits, (logit) => logit - normalizer)
}

/** The log-probabilities at each position of a response, everything read anew for each. */
async function plainLogps(before: string, response: readonly number[]): Promise<number[][]> {
  const ids = model.tokenizer.encode(before)
  const logps: number[][] = []
  for (let t = 0; t < response.length; t++)
    logps.push(logSoftmax(await logitsAfter(model, [...ids, ...response.slice(0, t)])))
  return logps
}

describe('score', () => {
  it('gives the log-probabilities of the logits, in the order of the requests', async () => {
    const scores = await model.score(requests, { batchSize: 3 })
    for (const [i, { prompt, response }] of requests.entries()) {
      const plain = await plainLogps(prompt, response)
      expect(scores[i]!.tokens).toEqual(response)
      const expected = response.map((token, t) => plain[t]![token]!)
      expect(relativeDifference(scores[i]!.logProbabilities, expected)).toBeLessThan(1e-5)
    }
  })

  it('gives a request the same alone and among others', async () => {
    const together = await model.score(requests)
    for (const [i, request] of requests.entries()) {
      const [alone] = await model.score([request])
      expect(relativeDifference(alone!.logProbabilities, together[i]!.logProbabilities)).toBeLessThan(1e-6)
    }
  })

  it('tokenizes a text and ends it by the end-of-sequence id', async () => {
    const [text, ids] = await model.score([
      { prompt: '5 17', response: '9 71' },
      { prompt: '5 17', response: [9, 71, 2] },
    ])
    expect(text).toEqual(ids)
  })

  it('takes a prefix of token embeddings for those tokens, beside requests with others', async () => {
    const prefix = prefixOfIds(model, [33, 8, 70])
    const other = initPrefix(model, { length: 5, init: 'random' })
    const own = model.withPrefix(prefix)
    const [patched, bare, another] = await own.score([
      requests[0]!,
      { ...requests[0]!, prefix: null },
      { ...requests[0]!, prefix: other },
    ])
    const [inFront, plain] = await model.score([
      { ...requests[0]!, prompt: `33 8 70 ${requests[0]!.prompt}` },
      requests[0]!,
    ])
    expect(relativeDifference(patched!.logProbabilities, inFront!.logProbabilities)).toBeLessThan(1e-5)
    expect(relativeDifference(bare!.logProbabilities, plain!.logProbabilities)).toBeLessThan(1e-6)
    const [expected] = await model.withPrefix(other).score([requests[0]!])
    expect(relativeDifference(another!.logProbabilities, expected!.logProbabilities)).toBeLessThan(1e-6)
  })

  it('gives the same to prompts that begin alike', async () => {
    const shared = '3 60 8 91 14 27 55 72 30 6'
    const alike = requests.map(({ prompt, response }) => ({ prompt: `${shared} ${prompt}`, response }))
    const together = await model.score(alike)
    for (const [i, request] of alike.entries()) {
      const [alone] = await model.score([request])
      expect(relativeDifference(together[i]!.logProbabilities, alone!.logProbabilities)).toBeLessThan(1e-5)
    }
  })
})

describe('scoreTop', () => {
  it('gives the k most probable tokens at each position, in order', async () => {
    const found = await model.scoreTop(requests, 5)
    for (const [i, { prompt, response }] of requests.entries()) {
      const plain = await plainLogps(prompt, response)
      expect(found[i]!.k).toBe(5)
      for (const [t, logps] of plain.entries()) {
        const order = [...logps.keys()].sort((a, b) => logps[b]! - logps[a]!).slice(0, 5)
        expect([...found[i]!.ids.subarray(5 * t, 5 * t + 5)]).toEqual(order)
        const expected = order.map((id) => logps[id]!)
        const own = found[i]!.logProbabilities.subarray(5 * t, 5 * t + 5)
        expect(relativeDifference(own, expected)).toBeLessThan(1e-5)
      }
    }
  })

  it('gives probabilities of the whole vocabulary that sum to 1 and agree with score', async () => {
    const [all] = await model.scoreTop([requests[0]!], 97)
    const [score] = await model.score([requests[0]!])
    for (const [t, token] of requests[0]!.response.entries()) {
      const logps = all!.logProbabilities.subarray(97 * t, 97 * (t + 1))
      expect(logps.reduce((sum, logp) => sum + Math.exp(logp), 0)).toBeCloseTo(1, 5)
      const place = all!.ids.subarray(97 * t, 97 * (t + 1)).indexOf(token)
      expect(logps[place]).toBeCloseTo(score!.logProbabilities[t]!, 5)
    }
  })

  it.each([0, 1.5, 98])('refuses k = %f', async (k) => {
    await expect(model.scoreTop(requests, k)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('scoreCandidates', () => {
  const asked = requests.map((request, i) => ({
    ...request,
    candidates: Int32Array.from(request.response.flatMap((token, t) => [token, (7 * i + 13 * t) % 97, 96])),
  }))

  it('gives the log-probabilities of the tokens named at each position, in the order of the requests', async () => {
    const found = await model.scoreCandidates(asked, { batchSize: 3 })
    for (const [i, { prompt, response, candidates }] of asked.entries()) {
      const plain = await plainLogps(prompt, response)
      const expected = [...candidates].map((id, at) => plain[Math.floor(at / 3)]![id]!)
      expect(relativeDifference(found[i]!, expected)).toBeLessThan(1e-5)
    }
  })

  it('agrees with score, under a prefix too', async () => {
    const patched = model.withPrefix(prefixOfIds(model, [33, 8, 70]))
    const found = await patched.scoreCandidates(asked)
    const scores = await patched.score(requests)
    for (const [i, { logProbabilities }] of scores.entries()) {
      const own = found[i]!.filter((_, at) => at % 3 === 0)
      expect(relativeDifference(own, logProbabilities)).toBeLessThan(1e-6)
    }
  })

  it.each([[[5, 6, 7]], [[]], [[5, 6, 7, 97]], [[5, 6, 7, -1]]])(
    'refuses candidates %j of a response of four tokens',
    async (ids) => {
      const request = { ...requests[0]!, candidates: Int32Array.from(ids) }
      await expect(model.scoreCandidates([request])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    },
  )
})

it('refuses what is empty or does not fit, by its number', async () => {
  await expect(model.score([requests[0]!, { prompt: ' ', response: [5] }])).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    found: 'an empty one in request 1',
  })
  await expect(model.score([{ prompt: '5', response: [] }])).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  const long = { prompt: new Array(200).fill(5).join(' '), response: new Array(57).fill(6) }
  await expect(model.score([requests[0]!, long])).rejects.toMatchObject({
    code: 'CONTEXT_EXCEEDED',
    found: '257 tokens in request 1',
  })
  const stop = AbortSignal.abort()
  await expect(model.score(requests, { signal: stop })).rejects.toMatchObject({ code: 'ABORTED' })
})
