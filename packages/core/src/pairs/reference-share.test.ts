import { describe, expect, it } from 'vitest'
import { checkReferenceShare, formatReferenceShare, shareOfPairs } from './reference-share.ts'
import type { PreferencePair } from './rows/preference-pair.ts'

const pairs = (...scores: number[]): PreferencePair[] => [
  ...scores.map(
    (chosenScore, i): PreferencePair => ({
      ...{ prompt: `order ${i}`, kind: 'target', chosen: `answer ${i}`, chosenScore },
    }),
  ),
  { prompt: 'poem', kind: 'keep', chosen: 'Roses.', chosenScore: 0 },
]

describe('the share of a reference', () => {
  it('counts targets alone, and shows three answers, one of them of the rarer kind', () => {
    const share = shareOfPairs(pairs(1, 1, 1, 0, 1), 0.5)
    expect(share).toMatchObject({ kind: 'target', asked: 5, wanted: 4 })
    expect(share.examples.map(({ score }) => score)).toEqual([1, 1, 0])
    expect(formatReferenceShare(share).split('\n')).toEqual([
      'The reference answers 4 of 5 target prompts as wanted.',
      '  order 0 → answer 0 (1.00)',
      '  order 1 → answer 1 (1.00)',
      '  order 3 → answer 3 (0.00)',
    ])
  })

  it('is refused below the bound, with an answer that is not as wanted', () => {
    const share = shareOfPairs(pairs(0, 0, 1, 0, 0), 0.5)
    expect(() => checkReferenceShare(share, 0.2, 'json')).not.toThrow()
    expect(() => checkReferenceShare(share, 0.3, 'json')).toThrow(
      expect.objectContaining({
        code: 'TRAINING_FAILED',
        found: '1 of 5 (20%); for example, to "order 0" it answers "answer 0"',
        remedy: expect.stringContaining('--min-reference-share'),
      }),
    )
    expect(() => checkReferenceShare(shareOfPairs(pairs(0), 0.5), 0.3, 'json')).toThrow(
      expect.objectContaining({ code: 'EMPTY_DATA' }),
    )
  })

  it('is nothing to refuse without targets', () => {
    const [keep] = pairs()
    expect(() => checkReferenceShare(shareOfPairs([keep as PreferencePair], 0.5), 1, 'json')).not.toThrow()
  })
})
