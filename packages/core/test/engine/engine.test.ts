import { beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/create-engine.ts'
import type { Engine, EngineEnd, EngineEvent, EngineRequest } from '../../src/engine/engine.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { createRandom } from '../../src/random.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'
import { logitsAfter, plainGreedy } from '../plain-decoding.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('llama', cpuBackend())
})

const textOf = (ids: readonly number[]) => ids.join(' ')
const random = createRandom(4)
const idsOf = (length: number) => Array.from({ length }, () => 3 + Math.floor(random.uniform() * 90))

async function read(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
const tokensIn = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.type === 'token' ? [event.token] : []))
const textIn = (events: readonly EngineEvent[]) => events.map(({ text }) => text).join('')
const endOf = (events: readonly EngineEvent[]) => events.at(-1) as EngineEnd

async function ask(engine: Engine, request: EngineRequest): Promise<EngineEvent[]> {
  return read(engine.submit(request))
}

describe('an engine', () => {
  it('answers as a model that reads everything anew at each step', async () => {
    const ids = idsOf(7)
    const events = await ask(createEngine(model), { prompt: textOf(ids), maxTokens: 6 })
    expect(tokensIn(events)).toEqual(await plainGreedy(model, ids, 6))
    expect(endOf(events)).toMatchObject({ finishReason: 'length', promptTokens: 7, completionTokens: 6 })
    expect(textIn(events)).toBe(model.tokenizer.decode(tokensIn(events)))
  })

  it('gives each of many requests that come at any time what it gets alone', async () => {
    const prefixes = [initPrefix(model, { length: 4, init: 'vocab', seed: 1 }), null, undefined]
    const requests = Array.from(
      { length: 14 },
      (_, i): EngineRequest => ({
        prompt: textOf(idsOf(1 + ((i * 5) % 17))),
        prefix: prefixes[i % 3],
        maxTokens: 1 + ((i * 7) % 11),
        ...(i % 4 === 1 && { temperature: 0.8, topP: 0.9, seed: i }),
        ...(i % 4 === 2 && { topLogProbabilities: 2 }),
      }),
    )
    const own = model.withPrefix(initPrefix(model, { length: 9, init: 'random', seed: 2 }))
    const engine = createEngine(own, { batchSize: 4 })
    const together = await Promise.all(
      requests.map(async (request, i) => {
        for (let turn = 0; turn < i % 5; turn++) await new Promise((resolve) => setTimeout(resolve, 3))
        return ask(engine, request)
      }),
    )
    for (const [i, request] of requests.entries()) {
      const alone = await ask(createEngine(own), request)
      expect(tokensIn(together[i]!)).toEqual(tokensIn(alone))
      expect(endOf(together[i]!).finishReason).toBe(endOf(alone).finishReason)
    }
    expect(engine.status()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('reads what prompts begin with once, also a conversation so far, under the same prefix alone', async () => {
    const engine = createEngine(model)
    const prefix = initPrefix(model, { length: 4, init: 'vocab', seed: 1 })
    const system = idsOf(40)
    const first = await ask(engine, { prompt: textOf([...system, ...idsOf(5)]), maxTokens: 3 })
    expect(endOf(first).cachedTokens).toBe(0)
    const question = [...system, ...idsOf(9)]
    const second = await ask(engine, { prompt: textOf(question), maxTokens: 12 })
    expect(endOf(second).cachedTokens).toBe(40)
    // All but the response's last token were fed.
    const turn = [...question, ...tokensIn(second), ...idsOf(4)]
    const third = await ask(engine, { prompt: textOf(turn), maxTokens: 4 })
    expect(endOf(third).cachedTokens).toBe(49 + 11)
    expect(tokensIn(third)).toEqual(await plainGreedy(model, turn, 4))
    const other = await ask(engine, { prompt: textOf(turn), maxTokens: 4, prefix })
    expect(endOf(other).cachedTokens).toBe(0)
    expect(tokensIn(other)).toEqual(
      (await model.withPrefix(prefix).generate(textOf(turn), { maxTokens: 4 })).tokens,
    )
  })

  it('reads a beginning that requests of one moment share once', async () => {
    const engine = createEngine(model)
    const system = idsOf(60)
    const prompts = Array.from({ length: 5 }, (_, i) => [...system, ...idsOf(3 + i)])
    const answers = await Promise.all(
      prompts.map((ids) => ask(engine, { prompt: textOf(ids), maxTokens: 3 })),
    )
    for (const [i, answer] of answers.entries())
      expect(tokensIn(answer)).toEqual(await plainGreedy(model, prompts[i]!, 3))
    expect(engine.status().promptCacheBytes).toBeLessThan(
      2 * endOf(answers[0]!).promptTokens * bytesOfToken(model),
    )
  })

  it('tells log-probabilities as the logits have them', async () => {
    const ids = idsOf(6)
    const [first] = await ask(createEngine(model), {
      prompt: textOf(ids),
      maxTokens: 1,
      topLogProbabilities: 3,
    })
    const logits = await logitsAfter(model, ids)
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
    const expected = [...logits.entries()].sort((a, b) => b[1] - a[1]).slice(0, 3)
    if (first?.type !== 'token') throw new Error('no token')
    expect(first.top?.map(({ token }) => token)).toEqual(expected.map(([token]) => token))
    for (const [i, { logProbability }] of (first.top ?? []).entries())
      expect(logProbability).toBeCloseTo(expected[i]![1] - total, 4)
    expect(first.logProbability).toBe(first.top?.[0]?.logProbability)
  })

  it('ends a response before a stop text, also one that runs over tokens', async () => {
    const prompt = textOf(idsOf(6))
    const free = await ask(createEngine(model), { prompt, maxTokens: 10 })
    const text = textIn(free)
    const stop = text.slice(7, 12)
    const events = await ask(createEngine(model), { prompt, maxTokens: 10, stop: ['no such text', stop] })
    expect(textIn(events)).toBe(text.slice(0, text.indexOf(stop)))
    expect(endOf(events).finishReason).toBe('stop')
    expect(tokensIn(events).length).toBeLessThan(10)
  })
})

describe('what ends a request early', () => {
  it('a signal, a reader that stops, a deadline: each frees its place, and the others go on', async () => {
    const engine = createEngine(model, { batchSize: 2 })
    const ids = idsOf(5)
    const abort = new AbortController()
    const aborted = ask(engine, { prompt: textOf(ids), maxTokens: 200, signal: abort.signal })
    const left = (async () => {
      for await (const event of engine.submit({ prompt: textOf(ids), maxTokens: 200 })) return event
      return undefined
    })()
    const late = ask(engine, { prompt: textOf(ids), maxTokens: 5, queueTimeout: 1 })
    const other = ask(engine, { prompt: textOf(ids), maxTokens: 5 })
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(await left).toMatchObject({ type: 'token' })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(tokensIn(await other)).toEqual(await plainGreedy(model, ids, 5))
    expect(engine.status()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('a reader that stops before it began', async () => {
    const engine = createEngine(model, { batchSize: 2 })
    const unread = engine.submit({ prompt: textOf(idsOf(5)), maxTokens: 200 })[Symbol.asyncIterator]()
    expect(await unread.return?.()).toMatchObject({ done: true })
    expect(await unread.next()).toMatchObject({ done: true })
    expect(engine.status().waiting).toBe(0)
    await engine.close()
    expect(engine.status()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('a full queue, at once', async () => {
    const engine = createEngine(model, { batchSize: 1, queueLimit: 2 })
    const request = { prompt: '5 6', maxTokens: 2 }
    const taken = [engine.submit(request), engine.submit(request), engine.submit(request)]
    expect(() => engine.submit(request)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }))
    for (const events of taken) expect(tokensIn(await read(events))).toHaveLength(2)
    expect(tokensIn(await ask(engine, request))).toHaveLength(2)
  })

  it('closing: what was taken is answered, or with abort ended, and nothing more is taken', async () => {
    const engine = createEngine(model)
    const request = { prompt: '5 6', maxTokens: 4 }
    const taken = ask(engine, request)
    const closing = engine.close()
    expect(() => engine.submit(request)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await closing
    expect(tokensIn(await taken)).toHaveLength(4)
    const ended = createEngine(model)
    const lost = ask(ended, { ...request, maxTokens: 300 })
    await Promise.all([ended.close({ abort: true }), expect(lost).rejects.toMatchObject({ code: 'CLOSED' })])
  })

  it('a step that fails ends those that it ran, and those that come later are answered', async () => {
    const engine = createEngine(model)
    const wrong = { length: 2, embeddings: new Float32Array(2 * model.config.hiddenSize) }
    const events = engine.submit({ prompt: '5 6', prefix: wrong })
    // What changes behind the engine's back fails in the middle of a step.
    wrong.embeddings = new Float32Array(3)
    await expect(read(events)).rejects.toThrow()
    expect(tokensIn(await ask(engine, { prompt: '5 6', maxTokens: 3 }))).toHaveLength(3)
  })

  it.each([
    ['an empty prompt', { prompt: '' }, 'INVALID_ARGUMENT'],
    ['a prompt beyond the context', { prompt: textOf(idsOf(2000)) }, 'CONTEXT_EXCEEDED'],
    ['options out of range', { prompt: '5', temperature: -1 }, 'INVALID_ARGUMENT'],
    ['too many log-probabilities', { prompt: '5', topLogProbabilities: 21 }, 'INVALID_ARGUMENT'],
    ['an empty stop text', { prompt: '5', stop: [''] }, 'INVALID_ARGUMENT'],
    [
      'a prefix of another width',
      { prompt: '5', prefix: { length: 1, embeddings: new Float32Array(3) } },
      'SHAPE_MISMATCH',
    ],
    ['a signal that has fired', { prompt: '5', signal: AbortSignal.abort() }, 'ABORTED'],
  ] as const)('%s, before it waits', (_, request, code) => {
    const engine = createEngine(model)
    expect(() => engine.submit(request)).toThrow(expect.objectContaining({ code }))
    expect(engine.status()).toMatchObject({ running: 0, waiting: 0 })
  })

  it.each([{ batchSize: 0 }, { queueLimit: 0 }, { promptCacheBytes: -1 }])('%o is refused', (options) => {
    expect(() => createEngine(model, options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

/** Of keys and values. */
const bytesOfToken = ({ config }: LanguageModel) =>
  config.layers * 2 * config.keyValueHeads * config.headSize * 4
