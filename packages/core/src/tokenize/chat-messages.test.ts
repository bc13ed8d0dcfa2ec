import { describe, expect, it } from 'vitest'
import { contentText, takesParts, templateMessages } from './chat-messages.ts'
import { compileChatTemplate } from './compile-chat-template.ts'
import type { ChatMessage } from './tokenizer.ts'

const plain = "{% for m in messages %}{{ m.role + ':' + m.content + ';' }}{% endfor %}"
const ofParts =
  "{% for m in messages %}{% for part in m['content'] %}{{ '[' + part.text + ']' }}{% endfor %}{% endfor %}"
const render = (template: string, ...messages: unknown[]) =>
  compileChatTemplate(template, {})(messages as ChatMessage[], false)

describe('messages for a template', () => {
  const parts = [{ type: 'text', text: 'Hel' }, { type: 'input_text', text: 'lo' }, ' you']

  it('joins parts of text, or hands them on where the template goes over them', () => {
    expect(render(plain, { role: 'user', content: parts })).toBe('user:Hello you;')
    expect(render(ofParts, { role: 'user', content: parts })).toBe('[Hel][lo][ you]')
  })

  it('keeps what a message holds besides, and null beside calls', () => {
    const template =
      '{% for m in messages %}{% if m.content is none %}-{% endif %}{{ m.tool_calls[0].function.name if m.tool_calls else m.tool_call_id + m.name }}{% endfor %}'
    const called = { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f' } }] }
    const told = { role: 'tool', tool_call_id: 'a', name: 'g', content: 'ok' }
    expect(render(template, called, told)).toBe('-fag')
  })

  it.each([
    [[{ type: 'image', image: 'x' }], /part of type "image" in message 1 of "user"/],
    [[{ type: 'input_audio', input_audio: {} }], /"input_audio" in message 1/],
    [
      [
        { type: 'text', text: 'a' },
        { image_url: 'x', detail: 'low' },
      ],
      /"image_url" in message 1/,
    ],
    [[{ type: 'text', text: null }], /a text part without a text in message 1/],
    [[4], /a part that is a number/],
    [{ a: 1 }, /content that is an object in message 1/],
    [4, /content that is a number/],
    [null, /null for content, and no tool_calls in message 1/],
    [undefined, /no content, and no tool_calls/],
  ])('refuses content of %j, with the message', (content, message) => {
    const messages = [
      { role: 'system', content: 'S' },
      { role: 'user', content },
    ]
    for (const template of [plain, ofParts]) {
      let error: unknown
      try {
        render(template, ...messages)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })
    }
  })

  it.each([[[null]], [['text']], [[{ content: 'a' }]], [[{ role: '', content: 'a' }]], ['text']])(
    'refuses %j, which are no messages',
    (messages) => {
      expect(() => templateMessages(messages as unknown as ChatMessage[], false)).toThrow(/messages/)
    },
  )
})

it('tells templates that go over parts from others', () => {
  for (const loop of [
    "for part in message['content']",
    'for part in message.content',
    'for item in content if item.type',
    'for c in messages[0]["content"]',
    "for c in message['content'] | selectattr('type', 'equalto', 'text')",
  ]) {
    expect(takesParts(`{%- ${loop} -%}{% endfor %}`), loop).toBe(true)
  }
  for (const loop of [
    'for m in messages if m.content',
    "for line in message.content.split('a')",
    'for c in contents',
  ]) {
    expect(takesParts(`{% ${loop} %}{{ m.content }}{% endfor %}`), loop).toBe(false)
  }
})

it('is the text of a message whatever its content', () => {
  expect(
    contentText({
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    }),
  ).toBe('ab')
  expect(contentText({ content: null })).toBe('')
})
