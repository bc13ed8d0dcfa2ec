import { expect, test } from 'vitest'
import { characterTokenizer } from '../../../test/models/user-turn-model.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { openUserTurn } from './user-turn.ts'

const tokenizer = characterTokenizer as Tokenizer

test('a turn opens after what the template adds, its start token once, and ends with a text', () => {
  expect(openUserTurn(tokenizer)).toEqual({ before: '[system]be kind[user]', end: '[end]', stopTokens: [] })
})

test('the start token stays where encoding adds none', () => {
  const encode: Tokenizer['encode'] = (text) => tokenizer.encode(text, { addSpecialTokens: false })
  expect(openUserTurn({ ...tokenizer, encode }).before).toBe('<s>[system]be kind[user]')
})

test('a turn ends with a token where the template has one', () => {
  const renderChat: Tokenizer['renderChat'] = ([message]) => `[user]${message?.content}[assistant]\n`
  const id = tokenizer.encode('[assistant]', { addSpecialTokens: false })[0]
  expect(openUserTurn({ ...tokenizer, renderChat })).toMatchObject({
    end: '[assistant]',
    stopTokens: [id],
  })
})

test.each([
  ['leaves out', () => '[user][end]'],
  ['repeats', ([message]: readonly { content: string }[]) => `${message?.content}${message?.content}`],
])('a template that %s what the user says is refused', (_, renderChat) => {
  expect(() => openUserTurn({ ...tokenizer, renderChat: renderChat as Tokenizer['renderChat'] })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  )
})
