import { describe, expect, it } from 'vitest'
import { scoringModel } from '../../../test/models/scoring-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { evaluateAbility } from './evaluate-ability.ts'
import { readAbilityData } from './read-ability-data.ts'

const files = {
  'minimal-pairs.jsonl': '{"good": "ab", "bad": "abb", "phenomenon": "length", "field": "syntax"}',
  'multiple-choice.jsonl': '{"question": "Which?", "choices": ["b", "aaaaaa", "c"], "answer": 1}',
  'texts.jsonl': '{"text": "abab"}\n{"text": "baba"}',
  'instructions.jsonl': '{"prompt": "Say a.", "require": [{"type": "answer", "any": ["a"]}]}',
}

async function folder(contents: Record<string, string>) {
  const storage = memoryStorage()
  for (const [name, text] of Object.entries(contents)) {
    await storage.write(`data/${name}`, new TextEncoder().encode(text))
  }
  return storage
}

const model = () => scoringModel('m', (character) => (character === 'a' ? -0.5 : -2))

describe('readAbilityData', () => {
  it('reads what is there, under the names that are given', async () => {
    const all = await readAbilityData(
      { storage: await folder(files), path: 'data/' },
      { minimalPairs: 'BLiMP' },
    )
    expect(Object.values(all).map(({ name, items }) => [name, items.length])).toEqual([
      ['BLiMP', 1],
      ['multiple-choice.jsonl', 1],
      ['texts.jsonl', 2],
      ['instructions.jsonl', 1],
    ])
    const texts = { 'texts.jsonl': files['texts.jsonl'] }
    expect(Object.keys(await readAbilityData({ storage: await folder(texts), path: 'data' }))).toEqual([
      'texts',
    ])
  })

  it('refuses a folder of nothing, and names what is malformed', async () => {
    await expect(
      readAbilityData({ storage: await folder({ 'other.jsonl': '{}' }), path: 'data' }),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    for (const [name, text] of [
      ['multiple-choice.jsonl', '{"question": "Which?", "choices": ["a", "b"], "answer": 2}'],
      ['instructions.jsonl', '{"prompt": "Say a.", "require": [{"type": "magic"}]}'],
      [
        'instructions.jsonl',
        '{"prompt": "Say a.", "require": [{"type": "json", "keys": ["a"], "length": 2}]}',
      ],
    ] as const) {
      await expect(
        readAbilityData({ storage: await folder({ [name]: text }), path: 'data' }),
      ).rejects.toMatchObject({
        code: 'MALFORMED',
        expected: expect.stringContaining(`line 1 of data/${name}`),
      })
    }
  })
})

describe('evaluateAbility', () => {
  it('measures what there is data for, and keeps each measure in a file of its own', async () => {
    const { instructions, ...data } = await readAbilityData({ storage: await folder(files), path: 'data' })
    expect(instructions).toBeDefined()
    const storage = memoryStorage()
    const path = { storage, path: 'runs/base' }
    const figures = await evaluateAbility({
      model: model(),
      data,
      path,
      subject: 'mine',
    })
    expect(
      figures.map(({ subject, data, metric, value }) => [subject, data, metric, value.toFixed(2)]),
    ).toEqual([
      ['mine', 'minimal-pairs.jsonl', 'minimal-pair accuracy', '1.00'],
      ['mine', 'minimal-pairs.jsonl: syntax', 'minimal-pair accuracy', '1.00'],
      ['mine', 'multiple-choice.jsonl', 'accuracy', '0.00'],
      ['mine', 'multiple-choice.jsonl', 'accuracy, normalized by length', '1.00'],
      ['mine', 'texts.jsonl', 'perplexity', Math.exp(1.25).toFixed(2)],
      ['mine', 'texts.jsonl', 'bits per byte', (1.25 / Math.LN2).toFixed(2)],
    ])
    expect(await storage.list('runs')).toEqual([
      'base.minimal-pairs.jsonl',
      'base.multiple-choice.jsonl',
      'base.perplexity.jsonl',
    ])
    const again = model()
    await evaluateAbility({ model: again, data, path, subject: 'mine' })
    expect(again.asked).toEqual([])
  })
})
