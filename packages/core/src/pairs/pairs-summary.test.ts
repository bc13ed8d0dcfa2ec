import { describe, expect, it } from 'vitest'
import { pairRun, prompts } from '../../test/pair-run.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { formatPairsSummary, type PairsSummary } from './pairs-summary.ts'
import type { Reference, SourceResponse } from './references/reference.ts'

/** A reference that has no answers, or not the end of them. */
const lacking = (answers: readonly Omit<SourceResponse, 'index'>[]): Reference => ({
  specificationVersion: 'v1',
  name: 'lacking',
  async *respond(asked) {
    for (const index of asked.keys()) yield { index, ...(answers[index] ?? { response: undefined }) }
  },
})

describe('what became of prompts', () => {
  it('counts the answers that are not there by reason, also when it goes on', async () => {
    const storage = memoryStorage()
    const reference = lacking([
      { response: 'No.', ended: 'cut' },
      { response: undefined, ended: 'cut' },
      { response: undefined, ended: 'withheld' },
      { response: undefined, ended: 'empty' },
    ])
    const summaries: PairsSummary[] = []
    const onSummary = (summary: PairsSummary) => summaries.push(summary)
    for (let run = 0; run < 2; run++) await pairRun(storage, { reference, onSummary }).run()
    const counts = { withheld: 1, cut: 1, empty: 1, absent: 1, shortened: 1 }
    expect(summaries).toEqual(Array(2).fill({ prompts: 5, pairs: 4, reference: counts }))
    expect(formatPairsSummary(summaries[0] as PairsSummary)).toBe(
      '4 pairs from 5 prompts. Answers of the reference: 1 withheld by a filter, 1 cut off by the token limit before ' +
        'any text, 1 without text, 1 missing, 1 that ends at the token limit.',
    )
  })

  it.each([
    ['withheld', /2 withheld by a filter/, /another/],
    ['cut', /2 cut off by the token limit/, /--max-tokens/],
  ] as const)(
    'refuses to make pairs where all answers to harmful prompts were %s',
    async (ended, found, remedy) => {
      const storage = memoryStorage()
      const reference = lacking(prompts.map(() => ({ response: undefined, ended })))
      for (let run = 0; run < 2; run++) {
        const { run, asked } = pairRun(storage, { reference })
        await expect(run()).rejects.toMatchObject({
          code: 'EMPTY_DATA',
          found: expect.stringMatching(found),
          remedy: expect.stringMatching(remedy),
        })
        expect(asked.flat()).toEqual([])
      }
      expect(await storage.exists('pairs.jsonl')).toBe(false)
    },
  )
})
