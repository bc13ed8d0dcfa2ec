import { expect, it } from 'vitest'
import { wilsonInterval } from '../statistics/wilson-interval.ts'
import { formatTable, reportTable } from './report-table.ts'

it('aligns subjects and rates, and marks what was not measured', () => {
  const table = reportTable([
    { name: 'base', rates: { refusal: wilsonInterval(1, 29), 'over-refusal': wilsonInterval(0, 20) } },
    { name: 'patched', rates: { refusal: wilsonInterval(29, 29), 'over-refusal': wilsonInterval(0, 0) } },
    { name: 'reference', rates: { toxicity: wilsonInterval(81, 263) } },
  ])
  expect(formatTable(table)).toBe(
    [
      '           refusal                    over-refusal           toxicity',
      'base       3.4% [0.6, 17.2] n=29      0.0% [0.0, 16.1] n=20  –',
      'patched    100.0% [88.3, 100.0] n=29  –                      –',
      'reference  –                          –                      30.8% [25.5, 36.6] n=263',
    ].join('\n'),
  )
})
