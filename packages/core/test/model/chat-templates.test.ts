import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compileTemplate } from '../../src/tokenize/chat-template/compile/compile-template.ts'
import { TemplateError } from '../../src/tokenize/chat-template/template-error.ts'
import { compileChatTemplate } from '../../src/tokenize/compile-chat-template.ts'
import type { ChatMessage } from '../../src/tokenize/tokenizer.ts'
import { goldenJson } from '../goldens.ts'

interface Goldens {
  readonly now: readonly [number, number, number, number, number, number]
  readonly variables: Readonly<Record<string, unknown>>
  /** A template, and its text or null where Jinja2 has an error. */
  readonly made: readonly (readonly [string, string | null])[]
  readonly unsupported: readonly string[]
  readonly tokens: Readonly<Record<string, string>>
  readonly conversations: readonly (readonly ChatMessage[])[]
  /** By the template's name, for each conversation, without and with a generation prompt: a digest, or null. */
  readonly real: Readonly<Record<string, readonly (string | null)[]>>
}

const goldens = await goldenJson<Goldens>('chat-templates.json')

beforeAll(() => {
  const [year, month, ...rest] = goldens.now
  vi.useFakeTimers({ now: new Date(year, month - 1, ...rest) })
})
afterAll(() => {
  vi.useRealTimers()
})

/** What a template renders, or null where it does not. */
function rendered(render: () => string): string | null {
  try {
    return render()
  } catch (error) {
    if (error instanceof TemplateError) return null
    throw error
  }
}

describe('made templates', () => {
  it('are rendered as Jinja2 renders them, and fail where it fails', () => {
    const found = goldens.made.map(([template]) => [
      template,
      rendered(() => compileTemplate(template)(goldens.variables)),
    ])
    expect(found).toEqual(goldens.made)
  })

  it.each(goldens.unsupported)('refuses by name %s', (template) => {
    expect(() => compileTemplate(template)(goldens.variables)).toThrow(
      expect.objectContaining({ fault: 'unsupported', message: expect.stringMatching(/./) }),
    )
  })
})

describe('templates of models', () => {
  it.each(Object.entries(goldens.real))('%s', async (name, digests) => {
    const url = new URL(`../goldens/chat-templates/${name}.jinja`, import.meta.url)
    const render = compileTemplate(await readFile(url, 'utf8'))
    const found = goldens.conversations.flatMap((messages) =>
      [false, true].map((add_generation_prompt) => {
        const text = rendered(() =>
          render({
            ...goldens.tokens,
            messages: messages.map(withReasoning),
            tools: null,
            documents: null,
            add_generation_prompt,
          }),
        )
        return text === null ? null : createHash('sha256').update(text).digest('hex').slice(0, 16)
      }),
    )
    expect(found).toEqual(digests)
  })

  it('are given reasoning by the names that templates read', () => {
    const render = compileChatTemplate('{% for m in messages %}{{ m }}{% endfor %}', {})
    const message = { role: 'assistant', content: 'y', reasoning: 'I think' }
    expect(render([message], false)).toBe(compileTemplate('{{ m }}')({ m: withReasoning(message) }))
  })
})

/** As transformers gives messages to templates. */
function withReasoning(message: ChatMessage): ChatMessage {
  const reasoning = message.reasoning_content ?? message.thinking ?? message.reasoning
  return reasoning === undefined ? message : { thinking: reasoning, ...message, reasoning_content: reasoning }
}
