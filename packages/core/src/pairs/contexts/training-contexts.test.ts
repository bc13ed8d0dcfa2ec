import { expect, test } from 'vitest'
import { characterTokenizer } from '../../../test/models/user-turn-model.ts'
import { PatchError } from '../../errors.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { evaluationContexts } from './evaluation-contexts.ts'
import { fittingContexts } from './place-in-contexts.ts'
import { contextRowSchema, type PromptContext, rowOfContext } from './prompt-context.ts'
import { trainingContexts } from './training-contexts.ts'

const textsOf = ({ before = [], opening, closing }: PromptContext): string[] =>
  [...before.map(contentText), opening, closing].filter((text) => text !== undefined)

const textOf = (before: PromptContext['before']) => (before?.[0] ? contentText(before[0]) : '')

const sharesOf = (contexts: readonly PromptContext[]) => {
  const shares: Record<string, number> = {}
  for (const { name, share = 1 } of contexts) shares[name] = (shares[name] ?? 0) + share
  return shares
}

test('shares add up, and no two contexts are the same', () => {
  const total = Object.values(sharesOf(trainingContexts)).reduce((sum, share) => sum + share, 0)
  expect(total).toBeCloseTo(1)
  expect(sharesOf(trainingContexts).plain).toBeCloseTo(0.33)
  for (const share of Object.values(sharesOf(evaluationContexts))) expect(share).toBeCloseTo(1)
  for (const contexts of [trainingContexts, evaluationContexts]) {
    const wordings = contexts.map(({ share: _, ...context }) => JSON.stringify(context))
    expect(new Set(wordings).size).toBe(contexts.length)
    for (const context of contexts) {
      expect(contextRowSchema.safeParse(rowOfContext(context)).error?.issues).toBe(undefined)
    }
  }
})

test('long system prompts have four to eight sentences, short ones one or two', () => {
  for (const { name, before } of [...trainingContexts, ...evaluationContexts]) {
    const sentences = textOf(before)
      .split(/[.!?](?:\s|$)/u)
      .filter((part) => part !== '').length
    if (name === 'short-system') expect(sentences, textOf(before)).toBeLessThanOrEqual(2)
    if (name !== 'long-system') continue
    expect(sentences, textOf(before)).toBeGreaterThanOrEqual(4)
    expect(sentences, textOf(before)).toBeLessThanOrEqual(8)
  }
})

test('what is measured in was not trained in', () => {
  const trained = new Set(trainingContexts.flatMap(textsOf))
  const measured = evaluationContexts.flatMap(textsOf)
  expect(measured.length).toBeGreaterThan(30)
  expect(measured.filter((text) => trained.has(text))).toEqual([])
})

test('contexts that a template refuses are left out, other faults are not hidden', () => {
  const failing = (code: 'INVALID_ARGUMENT' | 'NO_CHAT_TEMPLATE'): Tokenizer => ({
    ...(characterTokenizer as Tokenizer),
    renderChat(messages) {
      if (messages[0]?.role !== 'system') return ''
      throw new PatchError(code, { expected: 'no system', found: 'one', remedy: 'Leave it out' })
    },
  })
  const names = fittingContexts(failing('INVALID_ARGUMENT'), evaluationContexts).map(({ name }) => name)
  expect([...new Set(names)]).toEqual(['plain', 'second-turn', 'third-turn', 'lower-case', 'polite-opening'])
  expect(() => fittingContexts(failing('NO_CHAT_TEMPLATE'), evaluationContexts)).toThrow(
    expect.objectContaining({ code: 'NO_CHAT_TEMPLATE' }),
  )
})
