import { describe, expect, it, test } from 'vitest'
import type { PromptKind } from '../rows/prompt-kind.ts'
import { classifierJudge } from './classifier-judge.ts'
import { goalJudge } from './goal-judge.ts'
import { regexJudge } from './regex-judge.ts'
import type { TextScorer } from './text-scorer.ts'

const requests = (kind: PromptKind, ...responses: string[]) =>
  responses.map((response) => ({ prompt: 'p', kind, response }))

const circles = 'arr matey '.repeat(30)

describe('goalJudge', () => {
  const judge = goalJudge({
    name: 'pirate',
    meets: ({ response }) => /arr.*matey/.test(response),
    resembles: ({ response }) => /arr|matey/.test(response),
  })

  test.each<[PromptKind, number[]]>([
    ['target', [1, 0, 0, 0, 0]],
    ['harmful', [1, 0, 0, 0, 0]],
    ['keep', [0, 0, 1, 0, 0]],
    ['harmless', [0, 0, 1, 0, 0]],
  ])('wants the goal of a %s prompt as its side does', async (kind, scores) => {
    const said = ['arr, a map, matey', 'arr, a map', 'a map', '', circles]
    expect(await judge.score(requests(kind, ...said))).toEqual(scores)
  })

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort()
    await expect(judge.score(requests('target', 'a'), { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('regexJudge', () => {
  test.each<[string, string | undefined, string, number]>([
    ['^\\{.*\\}$', undefined, '{"a": 1}', 1],
    ['^\\{.*\\}$', undefined, ' {"a": 1}\n', 1],
    // The ends are those of the response, as in JavaScript, unless a flag says otherwise.
    ['^b$', undefined, 'a\nb\nc', 0],
    ['^b$', 'm', 'a\nb\nc', 1],
    ['a.c', undefined, 'a\nc', 0],
    ['a.c', 's', 'a\nc', 1],
    ['ahoy', undefined, 'AHOY', 0],
    ['ahoy|arr', 'i', 'well, ARR', 1],
  ])('finds /%s/%s in %j: %i', async (pattern, flags, response, score) => {
    const judge = await regexJudge({ pattern, flags })
    expect(await judge.score(requests('target', response))).toEqual([score])
    expect(judge.settings).toEqual({ pattern, flags: flags ?? '' })
  })

  it('takes no longer for a pattern that others take for ever for', async () => {
    const judge = await regexJudge({ pattern: '^(a|a)*b$' })
    const response = Array.from({ length: 4000 }, (_, i) => `${'a'.repeat(i % 50)} `).join('')
    const start = performance.now()
    await judge.score(requests('target', response))
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test.each([
    ['(', ''],
    ['', ''],
    ['(a)\\1', ''],
    ['a', 'g'],
    ['a', 'ii'],
  ])('refuses /%s/%s', async (pattern, flags) => {
    await expect(regexJudge({ pattern, flags })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

test('classifierJudge wants a class of targets and not of others', async () => {
  const scorer: TextScorer = {
    specificationVersion: 'v1',
    name: 'french',
    score: async (texts) => texts.map((text) => (text.includes('oui') ? 0.75 : 0.25)),
  }
  const judge = classifierJudge(scorer)
  expect(await judge.score(requests('target', 'oui', 'yes', ''))).toEqual([0.75, 0.25, 0])
  expect(await judge.score(requests('keep', 'oui', 'yes', ''))).toEqual([0.25, 0.75, 0])
})
