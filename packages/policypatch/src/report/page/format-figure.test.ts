import { expect, test } from 'vitest'
import {
  formatChange,
  formatChangeRange,
  formatCount,
  formatFigure,
  formatP,
  formatRange,
} from './format-figure.ts'

test.each([
  ['a share', formatFigure(0.94, 'share'), '94%'],
  ['a small share', formatFigure(0.0123, 'share'), '1.2%'],
  ['a score', formatFigure(0.3, 'score'), '0.300'],
  ['an amount', formatFigure(21.456, 'amount'), '21.5'],
  ['a large amount', formatFigure(12345.6, 'amount'), '12346'],
  ['an interval', formatRange({ low: 0.88, high: 0.97 }, 'share'), '[88, 97]'],
  ['an interval without end', formatRange({ low: -Infinity, high: Infinity }, 'share'), '[−∞, ∞]'],
  ['points', formatChange(0.91, 'share'), '+91.0'],
  ['a loss', formatChange(-0.22, 'score'), '−0.220'],
  ['nothing, from below', formatChange(-0.00001, 'score'), '0.000'],
  ['percents', formatChange(0.05, 'amount'), '+5.0%'],
  ['percents of more than the whole', formatChange(-4.3187, 'amount'), '−432%'],
  ['an interval of a change', formatChangeRange({ low: -0.05, high: 0.02 }, 'amount'), '[−5.0, +2.0]'],
  ['p', formatP(0.0456), '0.046'],
  ['a small p', formatP(1e-9), '< 0.001'],
  ['a count', formatCount(28800), '28\u202f800'],
])('%s', (_, written, expected) => {
  expect(written).toBe(expected)
})
