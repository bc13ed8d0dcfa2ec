import { describe, expect, it } from 'vitest'
import { lastTurn, scriptedModel } from '../../../test/models/scripted-model.ts'
import { userTurnModel } from '../../../test/models/user-turn-model.ts'
import { chatContexts } from './chat-contexts.ts'

const prompts = ['tea', 'cake', 'soup', 'song', 'walk', 'read', 'poem', 'draw']
const echo = () => scriptedModel('echo', (prompt) => `${prompt.length}: ${lastTurn(prompt)}.`)

describe('chatContexts', () => {
  it('has one exchange to as many as asked, each answered after those before it', async () => {
    const contexts = await chatContexts(echo(), prompts, { count: 30, turns: 3, seed: 2, share: 0.6 })
    expect(contexts).toHaveLength(30)
    expect(new Set(contexts.map(({ name }) => name))).toEqual(
      new Set(['second-turn', 'third-turn', 'fourth-turn']),
    )
    const exchanges = contexts.reduce((sum, { before = [] }) => sum + before.length / 2, 0)
    for (const { name, share, before = [] } of contexts) {
      expect(share).toBeCloseTo((0.6 * before.length) / 2 / exchanges)
      expect(before).toHaveLength({ 'second-turn': 2, 'third-turn': 4 }[name] ?? 6)
      for (const [index, { role, content }] of before.entries()) {
        if (index % 2 === 0) expect(prompts).toContain(content)
        else
          expect({ role, content }).toEqual({
            role: 'assistant',
            content: `${index}: ${before[index - 1]?.content}.`,
          })
      }
    }
    expect(await chatContexts(echo(), prompts, { count: 30, turns: 3, seed: 2, share: 0.6 })).toEqual(
      contexts,
    )
    expect(await chatContexts(echo(), prompts, { count: 30, turns: 3, seed: 3 })).not.toEqual(contexts)
  })

  it('has a system prompt in every second chat where there are some', async () => {
    const contexts = await chatContexts(echo(), prompts, { count: 4, turns: 1, systemPrompts: ['S'] })
    expect(contexts.map(({ before }) => before?.[0]?.role)).toEqual(['user', 'system', 'user', 'system'])
    expect(contexts.map(({ name }) => name)).toEqual(Array(4).fill('second-turn'))
  })

  it('cuts an answer to its last whole sentence, and leaves out refusals', async () => {
    const said = (prompt: string) =>
      prompt === 'soup' ? "I'm sorry, but I can't assist with that." : 'One. Two! And thr'
    const model = userTurnModel((prompt) => said(lastTurn(prompt)), 'length')
    const contexts = await chatContexts(model, ['tea', 'soup'], { count: 2, turns: 1 })
    expect(contexts).toEqual([
      {
        name: 'second-turn',
        share: 1,
        before: [
          { role: 'user', content: 'tea' },
          { role: 'assistant', content: 'One. Two!' },
        ],
      },
    ])
  })

  it('needs prompts, and turns that have a name', async () => {
    await expect(chatContexts(echo(), [], { count: 1 })).rejects.toMatchObject({ code: 'EMPTY_DATA' })
    await expect(chatContexts(echo(), prompts, { count: 1, turns: 8 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
