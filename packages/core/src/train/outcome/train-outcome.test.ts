import { describe, expect, it, test } from 'vitest'
import { wilsonInterval } from '../../evaluate/statistics/wilson-interval.ts'
import { formatOutcome } from './format-outcome.ts'
import { type TrainOutcome, verdictOf } from './train-outcome.ts'

const change = (base: number, patched: number, n = 20) => ({
  base: wilsonInterval(base, n),
  patched: wilsonInterval(patched, n),
})

type Measured = Parameters<typeof verdictOf>[0]

const measured = (
  target: [number, number],
  keep: [number, number],
  degenerate: [number, number] = [0, 0],
): Measured => ({
  kinds: { target: 'target', keep: 'keep' },
  target: change(...target),
  keep: change(...keep),
  degenerate: change(...degenerate),
})

const bounds = { minimumWanted: 0.5, maximumLoss: 0.25 }

describe('the verdict on a patch', () => {
  test.each<[string, Measured, boolean, RegExp[]]>([
    ['does it and costs little', measured([0, 19], [20, 19]), false, []],
    ['has nothing to do, and breaks nothing', measured([19, 20], [20, 20]), false, []],
    ['has nothing to do, and breaks something', measured([20, 20], [20, 15]), true, [/keep.*only 75%/]],
    ['does nothing', measured([0, 1], [20, 20]), false, [/next to nothing/]],
    ['does less than before', measured([10, 4], [20, 20]), true, [/next to nothing/]],
    ['does it to every prompt', measured([0, 20], [20, 0]), true, [/keep.*only 0%/]],
    ['does it by halves', measured([0, 8], [20, 20]), false, [/target.*only 40% of 20, 0% without/]],
    ['costs too much', measured([0, 20], [20, 12]), false, [/keep.*only 60%/]],
    ['goes in circles', measured([0, 12], [20, 20], [1, 9]), false, [/repetitive answers: 45%/]],
  ])('that %s', (_, of, worseThanNone, expected) => {
    const verdict = verdictOf(of, bounds)
    expect(verdict.worseThanNone).toBe(worseThanNone)
    expect(verdict.problems).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(verdict.problems[index]).toMatch(pattern)
  })

  it('needs no prompts to keep', () => {
    const { keep, ...rest } = measured([0, 20], [0, 0])
    const none = { base: wilsonInterval(0, 0), patched: wilsonInterval(0, 0) }
    expect(verdictOf({ ...rest, keep: none }, bounds)).toEqual({ worseThanNone: false, problems: [] })
  })
})

test('an outcome is a table, the checkpoint, answers before and after, and what is wrong', () => {
  const of = measured([1, 2], [20, 10])
  const outcome: TrainOutcome = {
    ...of,
    judge: 'json',
    checkpoint: { stage: 'sft', step: 40, scores: { target: 0.5, keep: 0.25, degenerate: 0 } },
    examples: [{ prompt: 'Where is\nit?', kind: 'target', base: 'Here.', patched: '', asWanted: false }],
    ...verdictOf(of, bounds),
  }
  const lines = formatOutcome(outcome).split('\n')
  expect(lines[1]).toMatch(/base +patched +n$/)
  expect(lines[2]).toMatch(/^target prompts answered as wanted +5% \[\d+, \d+\] +10% \[\d+, \d+\] +20$/)
  expect(lines[3]).toMatch(/^keep prompts answered as wanted/)
  expect(lines.slice(5)).toEqual([
    'Chosen: sft step 40, validation: target 50%, keep 25% as wanted.',
    '',
    'target: Where is it?',
    '  base:    Here.',
    '  patched: (nothing)',
    '',
    expect.stringMatching(
      /^This patch is worse than none: it changes next to nothing: .*; keep prompts .*\.$/,
    ),
  ])
})
