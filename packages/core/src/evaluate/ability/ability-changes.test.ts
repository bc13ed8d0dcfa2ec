import { expect, it } from 'vitest'
import { scoringModel } from '../../../test/models/scoring-model.ts'
import { abilityChanges } from './ability-changes.ts'
import { evaluateMinimalPairs } from './evaluate-minimal-pairs.ts'
import { evaluatePerplexity } from './evaluate-perplexity.ts'

const pairs = Array.from({ length: 60 }, (_, i) => ({
  good: i % 3 === 0 ? 'x' : 'a',
  bad: 'b',
  phenomenon: 'order',
  field: 'syntax',
}))

it('pairs figures of the same metric and data, and takes the difference over the items', async () => {
  const measure = async (logpOfX: number, text = 'ax') => {
    const model = scoringModel('m', (character) =>
      character === 'x' ? logpOfX : character === 'a' ? -1 : -2,
    )
    return [
      ...(await evaluateMinimalPairs({ model, pairs })),
      ...(await evaluatePerplexity({ model, texts: [{ text }, { text: 'a' }] })),
    ]
  }
  const [before, after] = [await measure(-1), await measure(-3)]
  const changes = abilityChanges(before, after, { resamples: 500 })
  expect(changes.map(({ before, difference }) => [before.metric, before.data, difference?.value])).toEqual([
    ['minimal-pair accuracy', 'minimal pairs', expect.closeTo(-1 / 3, 12)],
    ['minimal-pair accuracy', 'minimal pairs: syntax', expect.closeTo(-1 / 3, 12)],
    ['perplexity', 'texts', undefined],
    ['bits per byte', 'texts', expect.closeTo(2 / Math.LN2 / 3, 6)],
  ])
  const [all] = changes
  expect(all?.difference?.high).toBeLessThan(0)
  expect(all?.difference?.n).toBe(60)
  expect(abilityChanges(before, after.slice(3)).map(({ before }) => before.metric)).toEqual(['bits per byte'])
})
