import { describe, expect, it } from 'vitest'
import { hasLoop } from './is-degenerate.ts'

const refusal = "I'm sorry, but as a language model I don't have the ability to help you with that. "

describe('hasLoop', () => {
  it.each([
    ['a sentence at the end of an answer', `Bread is old. ${'It is the food of the poor. '.repeat(3)}It is`],
    ['a sentence in its middle', `Well. ${'It is the food of the poor man. '.repeat(4)}That was bread.`],
    ['a long sentence said twice and begun again', `${refusal}${refusal}I'm sorry, but`],
    ['a text that is twice the same', refusal.repeat(2)],
    ['the same, cut within a word', `Yes. ${'a beacon of hope, '.repeat(4)}a bea`],
    [
      'items of a list, numbered',
      ['', '', '', ''].map((_, i) => `${i + 1}. 1 cup of ripe bananas`).join('\n'),
    ],
    ['one word until the end', `Prices rise ${'really, '.repeat(14)}`],
    [
      'a sentence with a word exchanged each time',
      ['Diego', 'Jose', 'Diego', 'Jose', 'Diego']
        .map((place) => `A road trip along the west coast to ${place} sounds like a dream.`)
        .join(' '),
    ],
    ['a script without spaces', '明日は晴れです。'.repeat(4)],
  ])('is in: %s', (_, text) => expect(hasLoop(text)).toBe(true))

  it.each([
    ['an ordinary refusal', refusal],
    ['emphasis', 'No, no, no, no, no, no! You are really, really, really not alone in this.'],
    ['a refrain', 'Row, row, row your boat. Merrily, merrily, merrily, merrily, life is but a dream.'],
    [
      'a list whose items begin alike',
      '1. You can use a hammer to drive the nail.\n2. You can use a stone if there is none.\n3. You can use the heel of a shoe.\n4. You can use glue for light things.',
    ],
    [
      'a recipe',
      '- 1 cup of flour\n- 1 cup of sugar\n- 1 cup of milk\n- 2 eggs\n- 1 pinch of salt\n- 1 cup of raisins\nMix the flour and the sugar. Add the milk and the eggs. Bake for 40 minutes.',
    ],
    ['numbers', Array.from({ length: 40 }, (_, i) => i + 1).join(', ')],
    [
      'data',
      ['Ann', 'Bob', 'Cem', 'Dan', 'Eve', 'Fay']
        .map((name, i) => `{"name": "${name}", "age": ${20 + 3 * i}}`)
        .join('\n'),
    ],
    ['a table', '| a | b |\n| --- | --- |\n| --- | --- |\n| 1 | 2 |'],
    ['nothing', ''],
  ])('is not in: %s', (_, text) => expect(hasLoop(text)).toBe(false))

  it('reads a very long text in time linear in it', () => {
    const started = performance.now()
    const words = Array.from({ length: 50_000 }, (_, i) => `word${(i * 7919) % 5003}`)
    expect(hasLoop(words.join(' '))).toBe(false)
    expect(performance.now() - started).toBeLessThan(4000)
  })
})
