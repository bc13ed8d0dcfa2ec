import { expect, test } from 'vitest'
import { fragmentOf, readFragment, type SharedState } from '../src/share-link.ts'

const state: SharedState = {
  model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  prompt: 'Why? “Because” & 100% #1\nné',
  method: 'concat',
  stack: [
    { id: 'no-mischief', weight: 1 },
    { id: 'pirate', weight: 0.35 },
  ],
}

test('a link says what it was made of', () => {
  expect(readFragment(fragmentOf(state))).toEqual(state)
  expect(readFragment(fragmentOf({ ...state, stack: [] }))?.stack).toEqual([])
})

test('fragments of other kinds say nothing', () => {
  expect(readFragment('')).toBeUndefined()
  expect(readFragment('#ask')).toBeUndefined()
})

test('what does not belong into a link is left out, and what is too much is cut', () => {
  const odd = readFragment(
    `#model=tiny-chat&method=odd&patch=..%2Fx:1&patch=a:-1&patch=b:9&patch=c:NaN&prompt=${'x'.repeat(9_000)}`,
  )
  expect(odd).toMatchObject({ model: 'tiny-chat', method: 'parallel', stack: [{ id: 'b', weight: 2 }] })
  expect(odd?.prompt.length).toBe(2_000)
})
