import { abilityChanges, type Measurement } from '@policypatch/core/evaluate'
import { expect, test } from 'vitest'
import { abilityEffects, abilityReport, abilityTable } from './ability.ts'

const accuracy = (subject: string, right: number): Measurement => ({
  domain: 'ability',
  metric: 'accuracy',
  judge: 'likelihood',
  subject,
  data: 'questions',
  n: 40,
  value: right / 40,
  low: right / 40 - 0.1,
  high: right / 40 + 0.1,
  interval: 'wilson',
  better: 'higher',
  values: Array.from({ length: 40 }, (_, i) => Number(i < right)),
})

const perplexity = (subject: string, value: number): Measurement => {
  const { values, ...common } = accuracy(subject, 20)
  return {
    ...common,
    metric: 'perplexity',
    data: 'texts',
    value,
    low: value - 2,
    high: value + 2,
    better: 'lower',
  }
}

const figures = {
  base: [accuracy('base', 30), { ...accuracy('base', 9), data: 'questions: hard' }, perplexity('base', 11)],
  a: [accuracy('a', 30), { ...accuracy('a', 9), data: 'questions: hard' }, perplexity('a', 12.34)],
  b: [accuracy('b', 20), { ...accuracy('b', 8), data: 'questions: hard' }, perplexity('b', 9)],
}
const abilities = Object.entries(figures).map(([name, own]) => ({
  name,
  figures: own,
  changes: name === 'base' ? [] : abilityChanges(figures.base, own),
}))

test('a table of figures with intervals, and of differences where they can be taken', () => {
  const [heading, ...rows] = abilityTable(abilities)
  expect(heading).toEqual(['', 'base', 'a', 'a − base', 'b', 'b − base'])
  expect(rows).toHaveLength(3)
  expect(rows[0]).toEqual([
    'accuracy, questions, n=40',
    '75.0% [65.0, 85.0]',
    '75.0% [65.0, 85.0]',
    '0.0 [0.0, 0.0]',
    '50.0% [40.0, 60.0]',
    expect.stringMatching(/^-25\.0 \[-\d\d\.\d, -\d\d\.\d\]$/),
  ])
  expect(rows[2]).toEqual([
    'perplexity, texts, n=40',
    '11.0 [9.000, 13.0]',
    '12.3 [10.3, 14.3]',
    '–',
    '9.000 [7.000, 11.0]',
    '–',
  ])
  expect(abilityTable([])).toEqual([])
})

test('a report without the scores of single items', () => {
  const [base, , b] = abilityReport(abilities)
  expect(JSON.stringify(base)).not.toContain('values')
  expect(base).not.toHaveProperty('differences')
  expect(b?.differences).toMatchObject([
    { metric: 'accuracy', data: 'questions', value: -0.25, n: 40 },
    { metric: 'accuracy', data: 'questions: hard', value: -0.025 },
  ])
})

test('effects of the first patch, of shares over whole sets', () => {
  expect(abilityEffects(abilities)).toEqual([
    {
      metric: 'accuracy',
      judge: 'likelihood',
      data: 'questions',
      better: 'higher',
      n: 40,
      before: { value: 0.75, low: 0.65, high: 0.85 },
      after: { value: 0.75, low: 0.65, high: 0.85 },
    },
  ])
  expect(abilityEffects(abilities.slice(0, 1))).toEqual([])
})
