import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scoringModel } from '../../../test/models/scoring-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { numberTokenizer } from '../../testing/number-tokenizer.ts'
import { createTokenizer } from '../../tokenize/load-tokenizer.ts'
import { evaluateMinimalPairs } from './evaluate-minimal-pairs.ts'
import { evaluatePerplexity } from './evaluate-perplexity.ts'
import { startPrompt } from './score-items.ts'

/** Each letter less probable than the one before it. */
const model = () => scoringModel('m', (character) => -((character.codePointAt(0) ?? 0) % 32) / 8)

const pairs = Array.from({ length: 200 }, (_, i) => ({
  good: `a${'b'.repeat(i % 5)}`,
  bad: 'abb',
  phenomenon: 'length',
  field: i % 2 ? 'odd' : 'even',
}))

describe('measures by likelihood', () => {
  it('count what is more probable, a tie being wrong, over all and in each field', async () => {
    const figures = await evaluateMinimalPairs({ model: model(), pairs, data: 'letters', seed: 4 })
    expect(figures.map(({ data, value, n }) => [data, value, n])).toEqual([
      ['letters', 0.4, 200],
      ['letters: even', 0.4, 100],
      ['letters: odd', 0.4, 100],
    ])
    expect(figures[0]).toMatchObject({ subject: 'base', seed: 4, better: 'higher', interval: 'wilson' })
    expect(figures[0]?.values?.slice(0, 5)).toEqual([1, 1, 0, 0, 0])
  })

  it('go on after an interruption to the same figures, and read nothing twice', async () => {
    const whole = await evaluateMinimalPairs({ model: model(), pairs })
    const storage = memoryStorage()
    const path = { storage, path: 'minimal-pairs.jsonl' }
    const controller = new AbortController()
    const first = model()
    const seen: number[] = []
    const stopped = evaluateMinimalPairs({
      model: first,
      pairs,
      path,
      signal: controller.signal,
      onProgress: ({ done }) => {
        seen.push(done)
        if (done >= 100) controller.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual([0, 16, 32, 48, 64, 80, 96, 112])
    // A writer killed in the middle of a line.
    await storage.append('minimal-pairs.jsonl', new TextEncoder().encode('{"source":"like'))
    const second = model()
    expect(await evaluateMinimalPairs({ model: second, pairs, path })).toEqual(whole)
    expect(first.asked.length + second.asked.length).toBe(2 * pairs.length)
    const third = model()
    expect(await evaluateMinimalPairs({ model: third, pairs, path })).toEqual(whole)
    expect(third.asked).toEqual([])
  })

  it('do not mix runs: another prefix, subject, data or way of reading', async () => {
    const path = { storage: memoryStorage(), path: 'run.jsonl' }
    const texts = [{ text: 'a text' }]
    await evaluatePerplexity({ model: model(), texts, path })
    const prefix = { length: 1, embeddings: Float32Array.of(1) }
    for (const other of [
      { model: { ...model(), prefix }, texts },
      { model: model(), texts, subject: 'lora' },
      { model: model(), texts: [{ text: 'another' }] },
      { model: model(), texts, stride: 3 },
    ]) {
      await expect(evaluatePerplexity({ ...other, path })).rejects.toMatchObject({
        code: 'RESUME_MISMATCH',
      })
    }
    await expect(evaluateMinimalPairs({ model: model(), pairs, path })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
    })
  })

  it('refuse no data', async () => {
    await expect(evaluateMinimalPairs({ model: model(), pairs: [] })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
  })

  it.each([{ window: 0 }, { window: 100 }, { window: 10, stride: 11 }, { window: 10, stride: 0 }])(
    'refuse windows that are none or do not fit: %o',
    async (windows) => {
      await expect(
        evaluatePerplexity({ model: model(), texts: [{ text: 'a' }], ...windows }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    },
  )
})

describe('perplexity', () => {
  it('weighs texts by their tokens and bytes, and reads context without counting it', async () => {
    const reader = scoringModel('m', (character) => (character === 'a' ? Math.log(0.5) : Math.log(0.125)))
    const texts = [{ text: 'aaaaaaaa' }, { text: 'ßß' }]
    const [perplexity, bits] = await evaluatePerplexity({ model: reader, texts, window: 4, stride: 2 })
    // 8 tokens of 1 bit and 2 of 3 bits, in 8 and 4 bytes.
    expect(perplexity?.value).toBeCloseTo(2 ** (14 / 10), 6)
    expect(bits?.value).toBeCloseTo(14 / 12, 6)
    expect(bits?.values?.map((value) => Math.round(value * 6))).toEqual([8, 6])
    expect(reader.asked).toEqual(['aaaa', 'aaaa', 'aaaa', 'ßß'])
  })
})

const golden = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../test/goldens/tokenizer-${name}.json`, import.meta.url), 'utf8'),
  ) as { tokenizerJson: object; tokenizerConfig: object }

it.each([
  ['llama2', 'what the tokenizer puts first anyway', ''],
  ['llama3', 'what the tokenizer puts first anyway', ''],
  ['smollm', 'the token that begins a text', '<|im_start|>'],
  ['qwen2', 'the token that ends one, where none begins it', '<|endoftext|>'],
])('%s: %s', async (name, _, text) => {
  const tokenizer = await createTokenizer(golden(name))
  expect(startPrompt(tokenizer)).toBe(text)
  expect(tokenizer.encodePrompt(text)).toEqual([tokenizer.bosTokenId ?? tokenizer.eosTokenIds[0]])
})

it('refuses a tokenizer that cannot be given it', () => {
  const tokenizer = { ...numberTokenizer({ vocabSize: 9 }), decode: () => '3 4' }
  expect(() => startPrompt(tokenizer)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', found: 'tokens 3, 4' }),
  )
})
