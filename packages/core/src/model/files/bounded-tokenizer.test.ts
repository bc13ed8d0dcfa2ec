import { expect, it } from 'vitest'
import { numberTokenizer } from '../../testing/number-tokenizer.ts'
import { boundedTokenizer } from './bounded-tokenizer.ts'

it('refuses texts with tokens that the model has no row for, and no others', () => {
  const tokenizer = numberTokenizer({ vocabSize: 20 })
  const bounded = boundedTokenizer(tokenizer, 10)
  expect(bounded.encode('3 9')).toEqual(tokenizer.encode('3 9'))
  const refusal = expect.objectContaining({ code: 'MALFORMED', found: expect.stringContaining('12') })
  expect(() => bounded.encode('3 12')).toThrow(refusal)
  expect(() => bounded.encodePrompt('3 12')).toThrow(refusal)
})

it('leaves a tokenizer that fits as it is', () => {
  const tokenizer = numberTokenizer({ vocabSize: 9 })
  expect(boundedTokenizer(tokenizer, 9)).toBe(tokenizer)
})
