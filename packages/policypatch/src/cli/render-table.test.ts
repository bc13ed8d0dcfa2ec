import { afterEach, expect, test } from 'vitest'
import { renderTable } from './render-table.ts'

const { isTTY, columns } = process.stdout
const terminal = (width: number) => Object.assign(process.stdout, { isTTY: true, columns: width })
afterEach(() => void Object.assign(process.stdout, { isTTY, columns }))

const long = 'a sentence of several words that is longer than many a terminal is wide'
const cells = [
  ['', 'patches/before', 'patches/after'],
  ['recipe.options.attacks', JSON.stringify(Array(40).fill('attack')), long],
  ['seed', '1', '2'],
]
const text = (table: string) => table.replace(/[^a-z"]/g, '')

test.each([45, 60, 80, 200])(
  'a table is no wider than a terminal of %i columns, and loses nothing',
  (width) => {
    terminal(width)
    const table = renderTable(cells)
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width)
    for (const letter of 'abcdefghijklmnopqrstuvwxyz"') {
      const count = (some: string) => some.split(letter).length
      expect([letter, count(text(table))]).toEqual([letter, count(text(cells.flat().join('')))])
    }
  },
)

test('lines break between words', () => {
  terminal(60)
  expect(renderTable([['a'], [long]])).toMatch(/│ a sentence of several words that is longer than many a +│/)
})

test('a terminal too narrow for the columns gets a list', () => {
  terminal(16)
  expect(
    renderTable([
      ['', 'base'],
      ['seed', '1'],
    ]),
  ).toContain('seed')
  expect(renderTable([Array(5).fill('heading'), Array(5).fill('cell of some length')])).toMatch(
    /^heading: cell of some length\n/,
  )
})
