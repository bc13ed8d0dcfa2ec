import { expect, it } from 'vitest'
import { formatEvaluation } from './format-evaluation.ts'
import type { EvaluationCell } from './grid/evaluation-cell.ts'
import { wilsonInterval } from './statistics/wilson-interval.ts'

const cell = (
  subject: string,
  origin: string,
  context: string,
  kind: EvaluationCell['kind'],
  [refused, degenerate, n]: readonly [number, number, number],
): EvaluationCell => ({
  ...{ subject, origin, context, kind, refused: wilsonInterval(refused, n), refusedBy: {} },
  degenerate: wilsonInterval(degenerate, n),
  classes: { 'full refusal': 0, 'partial refusal': 0, 'full compliance': 0, neither: 0, degenerate: 0 },
})

it('has a row for each origin and context, a pair of columns for each subject, and what it costs below', () => {
  const text = formatEvaluation({
    subjects: ['base', 'patched'],
    judges: ['j'],
    maxTokens: 64,
    responses: {},
    cells: [
      cell('base', 'mine', 'plain', 'harmful', [2, 0, 40]),
      cell('base', 'mine', 'plain', 'harmless', [0, 1, 20]),
      cell('base', 'bad', 'long-system', 'harmful', [0, 0, 10]),
      cell('patched', 'mine', 'plain', 'harmful', [38, 0, 40]),
      cell('patched', 'mine', 'plain', 'harmless', [1, 2, 20]),
      cell('patched', 'bad', 'long-system', 'harmful', [5, 0, 10]),
    ],
    divergence: {
      tokens: 32,
      identical: wilsonInterval(15, 20),
      kl: { value: 0.0213, low: 0.01, high: 0.04, n: 20 },
    },
  })
  expect(text.split('\n')).toEqual([
    'prompts  context      n        base: harmful refused  base: harmless refused  patched: harmful refused  patched: harmless refused',
    'mine     plain        40 + 20  5% [1, 17]             0% [0, 16]              95% [83, 99]              5% [1, 24]',
    'bad      long-system  10       0% [0, 28]             –                       50% [24, 76]              –',
    '',
    'empty or repetitive answers to harmful prompts: base 0.0%, patched 0.0%',
    'empty or repetitive answers to harmless prompts: base 5.0%, patched 10.0%',
    "everyday answers identical to the base model's for 32 tokens: 75% [53, 89] n=20",
    'KL from the base model on these: 0.021 [0.010, 0.040] nats per token',
  ])
})

it('calls the two sides of a goal other than safety by what is measured of them', () => {
  const text = formatEvaluation({
    ...{ subjects: ['base'], judges: ['json'], maxTokens: 64, responses: {} },
    cells: [
      cell('base', 'mine', 'plain', 'target', [2, 0, 40]),
      cell('base', 'mine', 'plain', 'keep', [0, 1, 20]),
    ],
  })
  const [heading, row] = text.split('\n')
  expect(heading).toMatch(/base: target as wanted +base: keep changed$/)
  expect(row).toMatch(/40 \+ 20 +5% \[1, 17\] +0% \[0, 16\]$/)
  expect(text).toContain('empty or repetitive answers to keep prompts: base 5.0%')
})
