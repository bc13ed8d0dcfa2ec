import { describe, expect, it } from 'vitest'
import { type LayoutExample, layoutRows, rowLength, sharedPromptLength, targetCount } from './row-layout.ts'

const pair: LayoutExample = {
  prompt: [10, 11, 12],
  responses: [
    [20, 21, 22],
    [30, 31],
  ],
}
const single: LayoutExample = { prompt: [10, 13], responses: [[40]] }

/** The places that each place of a row sees, from the mask. */
function visible({ mask }: ReturnType<typeof layoutRows>, row: number): number[][] {
  const length = mask.shape[1] as number
  return Array.from({ length }, (_, from) => {
    const start = (row * length + from) * length
    return [...mask.data.subarray(start, start + length).entries()].flatMap(([to, b]) =>
      b === 0 ? [to] : [],
    )
  })
}

describe('layoutRows', () => {
  const layout = layoutRows([pair, single], { batch: 2, length: 8, targets: 8 }, { before: 5, shared: 0 })

  it('lays prompt and responses behind one another, each response without its last token', () => {
    expect([...layout.ids.data.subarray(0, 8)]).toEqual([10, 11, 12, 20, 21, 30, 0, 0])
    expect([...layout.ids.data.subarray(8)]).toEqual([10, 13, 0, 0, 0, 0, 0, 0])
    expect(rowLength(pair, 0)).toBe(6)
    expect(rowLength(single, 0)).toBe(2)
  })

  it('gives every token the position that it would have alone, behind the prefix', () => {
    expect([...layout.positions.subarray(0, 6)]).toEqual([5, 6, 7, 8, 9, 8])
    expect([...layout.positions.subarray(8, 10)]).toEqual([5, 6])
  })

  it('lets responses see their prompt and themselves, but not one another', () => {
    const [first, second] = [visible(layout, 0), visible(layout, 1)]
    expect(first.slice(0, 6)).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 5]])
    expect(second.slice(0, 2)).toEqual([[0], [0, 1]])
  })

  it('lets padding see itself, so that no softmax is over nothing', () => {
    expect(visible(layout, 0)[7]).toEqual([7])
    expect(visible(layout, 1)[4]).toEqual([4])
  })

  it('asks for each response token at the place before it', () => {
    const count = targetCount(pair) + targetCount(single)
    expect(layout.owners).toHaveLength(count)
    expect([...layout.labels.data.subarray(0, count)]).toEqual([20, 21, 22, 30, 31, 40])
    expect([...layout.rows.data.subarray(0, count)]).toEqual([2, 3, 4, 2, 5, 9])
    expect(layout.owners.map(({ example, response, token }) => [example, response, token])).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 2],
      [0, 1, 0],
      [0, 1, 1],
      [1, 0, 0],
    ])
  })

  it('leaves out a shared prompt that stands before all rows, and keeps the positions', () => {
    const rest = layoutRows([pair, single], { batch: 2, length: 5, targets: 6 }, { before: 5, shared: 1 })
    expect([...rest.ids.data]).toEqual([11, 12, 20, 21, 30, 13, 0, 0, 0, 0])
    expect([...rest.positions.subarray(0, 6)]).toEqual([6, 7, 8, 9, 8, 6])
    expect([...rest.rows.data]).toEqual([1, 2, 3, 1, 4, 5])
  })
})

describe('sharedPromptLength', () => {
  it('is what all prompts begin with, and leaves each at least one token', () => {
    expect(
      sharedPromptLength([
        [1, 2, 3, 4],
        [1, 2, 3, 5],
        [1, 2, 9],
      ]),
    ).toBe(2)
    expect(
      sharedPromptLength([
        [1, 2, 3],
        [1, 2, 3],
      ]),
    ).toBe(2)
    expect(
      sharedPromptLength([
        [1, 2, 3],
        [1, 2],
      ]),
    ).toBe(1)
    expect(sharedPromptLength([[1], [1, 2]])).toBe(0)
    expect(
      sharedPromptLength([
        [1, 2],
        [3, 2],
      ]),
    ).toBe(0)
    expect(sharedPromptLength([])).toBe(0)
  })
})
