import { describe, expect, it } from 'vitest'
import { filterPairs, formatFilterSummary } from './filter-pairs.ts'
import { refusalJudge } from './judges/refusal-judge.ts'
import { scorePairs } from './responses/score-responses.ts'
import type { PreferencePair } from './rows/preference-pair.ts'
import type { PromptKind } from './rows/prompt-kind.ts'

const pair = (chosenScore: number, rejectedScore?: number, kind: PromptKind = 'harmful'): PreferencePair => ({
  prompt: 'p',
  kind,
  chosen: 'c',
  chosenScore,
  ...(rejectedScore === undefined ? {} : { rejected: 'r', rejectedScore }),
})

describe('filterPairs', () => {
  it('keeps what passes both rules, the thresholds included, and the good y⁺ of what fails by margin alone', () => {
    const rows = [
      pair(1, 0),
      pair(0.5, 0),
      pair(1, 0.5),
      pair(1, 0.51),
      pair(0.49, 0),
      pair(0.4, 0.4),
      pair(0.8),
      pair(0.2),
      pair(0, 1, 'harmless'),
    ]
    const { pairs, unpaired, summary } = filterPairs(rows)
    expect(pairs).toEqual([rows[0], rows[1], rows[2]])
    expect(unpaired).toEqual([pair(1), pair(0.8)])
    expect(summary).toEqual({
      harmful: { total: 8, kept: 3, droppedByMargin: 1, droppedByWinner: 3, unpairedKept: 1 },
      harmless: { total: 1, kept: 0, droppedByMargin: 0, droppedByWinner: 1, unpairedKept: 0 },
    })
    expect(formatFilterSummary(summary)).toMatch(/^8 harmful pairs: 3 kept; 3 dropped .* 1 harmless/)
  })

  it('tells of rows without y⁻ alone what becomes of them', () => {
    const { summary } = filterPairs([
      pair(1, undefined, 'target'),
      pair(0.9, undefined, 'target'),
      pair(0.1, undefined, 'target'),
    ])
    expect(formatFilterSummary(summary)).toBe(
      '3 target prompts: 1 dropped because y⁺ scores too low; 2 without y⁻ used for SFT only.',
    )
  })

  it('takes a row for unpaired whose y⁻ was taken out, though not its score', () => {
    const row: PreferencePair = {
      prompt: 'p',
      kind: 'harmful',
      chosen: 'c',
      chosenScore: 1,
      rejectedScore: 0,
    }
    const { pairs, unpaired } = filterPairs([row])
    expect([pairs, unpaired]).toEqual([[], [pair(1)]])
  })

  it('takes other thresholds', () => {
    const rows = [pair(0.6, 0.5), pair(1, 0)]
    expect(filterPairs(rows, { marginThreshold: 0, winnerThreshold: 0.6 }).pairs).toEqual(rows)
    expect(filterPairs(rows, { winnerThreshold: 0.9 }).pairs).toEqual([rows[1]])
  })

  it('asks for scores where there are none, and scorePairs gives them', async () => {
    const rows: PreferencePair[] = [
      { prompt: 'p', kind: 'harmful', chosen: "I can't help with that.", rejected: 'Sure.' },
      { prompt: 'p', kind: 'harmless', chosen: 'Sure.' },
      { prompt: 'p', kind: 'harmless', chosen: "I can't help with that.", rejected: 'Sure.' },
    ]
    expect(() => filterPairs(rows)).toThrow(/chosenScore/)
    const scored = await scorePairs(rows, refusalJudge())
    expect(scored.map((row) => [row.chosenScore, row.rejectedScore])).toEqual([
      [1, 0],
      [1, undefined],
      [0, 1],
    ])
    expect(filterPairs(scored).pairs).toEqual([scored[0]])
  })
})
