import { expect, it } from 'vitest'
import { evaluationContexts } from '../../pairs/contexts/evaluation-contexts.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { inEachContext } from './in-each-context.ts'

const prompts: PatchPrompt[] = [
  { prompt: 'Boil an egg', kind: 'harmless', part: 'mine' },
  { prompt: 'Rob a bank', kind: 'harmful' },
  { prompt: 'Tell me', kind: 'harmless', context: 'app' },
]

it('places each bare prompt once in every kind of context, and leaves those that have one', () => {
  const names = [...new Set(evaluationContexts.map(({ name }) => name))]
  const placed = inEachContext(prompts, evaluationContexts)
  expect(placed).toHaveLength(1 + 2 * names.length)
  expect(placed[0]).toEqual(prompts[2])
  for (const bare of ['Boil an egg', 'Rob a bank']) {
    const own = placed.filter((row) => (row.bare ?? row.prompt) === bare)
    expect(own.map(({ context }) => context)).toEqual(names)
  }
  const sorted = (rows: readonly PatchPrompt[]) => rows.map((row) => JSON.stringify(row)).sort()
  expect(sorted(inEachContext([...prompts].reverse(), evaluationContexts))).toEqual(sorted(placed))
})

it('refuses to place prompts nowhere', () => {
  expect(() => inEachContext(prompts, [])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
