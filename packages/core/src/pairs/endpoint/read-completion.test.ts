import { describe, expect, it } from 'vitest'
import { type Completion, readCompletion } from './read-completion.ts'

const origin = { url: 'http://host/v1', apiKey: undefined }
const read = (choice: unknown, keepThinking = false): Completion =>
  readCompletion(JSON.stringify({ choices: [choice] }), origin, keepThinking)
const saying = (content: unknown, more: object = {}, finish_reason = 'stop') => ({
  message: { role: 'assistant', content, ...more },
  finish_reason,
})

const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }

describe('what an answer says', () => {
  it.each([
    ['a text', saying('Said.'), { response: 'Said.' }],
    [
      'parts of text',
      saying([
        { type: 'text', text: 'Sa' },
        { type: 'text', text: 'id.' },
      ]),
      { response: 'Said.' },
    ],
    ['thinking as a part', saying([thinking, { type: 'text', text: 'Said.' }]), { response: 'Said.' }],
    ['thinking in the text', saying('<think>hm</think>\nSaid.'), { response: 'Said.' }],
    ['thinking apart', saying('Said.', { reasoning_content: 'hm' }), { response: 'Said.' }],
    ['a refusal', saying(null, { refusal: 'No.' }), { response: 'No.' }],
    ['a refusal as a part', saying([{ type: 'refusal', refusal: 'No.' }]), { response: 'No.' }],
    ['a refusal of a filter', saying(null, { refusal: 'No.' }, 'content_filter'), { response: 'No.' }],
    ['the text of a completion', { text: 'Said.', finish_reason: 'stop' }, { response: 'Said.' }],
    ['a text of null beside a message', { text: null, ...saying('Said.') }, { response: 'Said.' }],
    ['an end at once', saying(''), { response: '' }],
    ['a text that the limit cut', saying('Sai', {}, 'length'), { response: 'Sai', ended: 'cut' }],
  ])('is taken from %s', (_, choice, completion) => {
    expect(read(choice)).toEqual(completion)
  })

  it.each([
    ['withheld', saying(null, {}, 'content_filter')],
    ['withheld', saying('How to', {}, 'content_filter')],
    ['cut', saying('<think>\nThe user', {}, 'length')],
    ['cut', saying('<think>\nThe user')],
    ['cut', saying(null, { reasoning_content: 'long' }, 'length')],
    ['cut', saying('', { reasoning: 'long' }, 'length')],
    ['cut', saying([thinking], {}, 'length')],
    ['empty', saying(null)],
    ['empty', saying(undefined)],
    ['empty', saying('<think>hm</think>')],
    ['empty', saying([thinking])],
    ['empty', saying(null, { tool_calls: [{ id: 'a' }] }, 'tool_calls')],
  ])('is nothing, %s, in %j', (ended, choice) => {
    expect(read(choice)).toEqual({ response: undefined, ended })
    expect(read(choice, true)).toEqual({ response: undefined, ended })
  })

  it.each([
    ['in the text', saying('<think>hm</think>\nSaid.'), '<think>hm</think>\nSaid.'],
    ['apart', saying('Said.', { reasoning_content: 'hm' }), '<think>\nhm\n</think>\n\nSaid.'],
    ['as a part', saying([thinking, { type: 'text', text: 'Said.' }]), '<think>\nhm\n</think>\n\nSaid.'],
  ])('keeps thinking %s where it is asked for', (_, choice, response) => {
    expect(read(choice, true)).toEqual({ response })
  })
})

describe('what is no answer', () => {
  it.each([
    ['{"choices":[]}', /choices.*\[\]/],
    ['{"choices":[null]}', /choices/],
    ['{"choices":{"0":{}}}', /choices/],
    ['null', /found null/],
    ['[]', /\[\]/],
    ['{"hello":"world"}', /hello/],
    ['<html>login</html>', /not JSON.*login/],
    ['data: {"choices":[]}\n\ndata: [DONE]', /stream of events/],
    ['{"choices":[{"message":{"content":"cut', /not JSON/],
    ['['.repeat(1e6), /not JSON/],
    [JSON.stringify({ choices: [saying(42)] }), /content 42/],
    [JSON.stringify({ choices: [saying(true)] }), /content true/],
    [JSON.stringify({ choices: [saying({ text: 'a' })] }), /content.*text/],
    [JSON.stringify({ choices: [saying([{ type: 'image_url', image_url: {} }])] }), /image_url/],
    [JSON.stringify({ choices: [saying([4])] }), /a part that is a number/],
  ])('is MALFORMED: %.40s', (text, message) => {
    expect(() => readCompletion(text, origin, false)).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    [{ error: { message: 'down', code: 502 } }, 'UNREACHABLE'],
    [{ error: { message: 'no credits', code: 402 } }, 'REQUEST_REFUSED'],
    [{ choices: [{ finish_reason: 'error', error: { message: 'down' } }] }, 'UNREACHABLE'],
    [{ error: 'down' }, 'UNREACHABLE'],
  ])('is the error that stands in its place: %j', (answer, code) => {
    expect(() => readCompletion(JSON.stringify(answer), origin, false)).toThrow(
      expect.objectContaining({
        code,
        found: expect.stringMatching(/an error in an answer: "(down|no credits)"/),
      }),
    )
  })
})
