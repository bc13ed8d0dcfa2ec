import { describe, expect, it } from 'vitest'
import { extractPrompt } from './row-shapes.ts'

/** What TRL's `extract_prompt` gives (trl/data_utils.py). */
describe('extractPrompt', () => {
  it.each([
    ['The sky is blue.', 'The sky is green.', 'The sky is', ' blue.', ' green.'],
    ['same', 'same', 'sam', 'e', 'e'],
    ['ab', 'abc', 'a', 'b', 'bc'],
    ['abc', 'ab', 'a', 'bc', 'b'],
    ['x', 'y', '', 'x', 'y'],
    ['Which? 😀', 'Which? 😁', 'Which?', ' 😀', ' 😁'],
    ['a😀', 'a😁', 'a', '😀', '😁'],
  ])('of the texts %j and %j', (chosen, rejected, ...[prompt, own, other]) => {
    expect(extractPrompt(chosen, rejected)).toEqual({ prompt, chosen: own, rejected: other })
  })

  it('of conversations, whatever the order of the fields', () => {
    const user = { role: 'user', content: 'What colour is the sky?' }
    const answer = (content: string) => ({ role: 'assistant', content })
    const same = { content: user.content, role: 'user' }
    expect(extractPrompt([user, answer('blue')], [same, answer('green')])).toEqual({
      prompt: [user],
      chosen: [answer('blue')],
      rejected: [answer('green')],
    })
    expect(extractPrompt([user, answer('blue')], [user, answer('blue')]).prompt).toEqual([user])
  })
})
