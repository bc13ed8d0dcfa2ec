import { describe, expect, it } from 'vitest'
import { userTurnModel } from '../../../test/models/user-turn-model.ts'
import { everydayPrompts } from './everyday-prompts.ts'

const topics = ['tea', 'bread', 'maps', 'boats', 'poems', 'stars', 'cats', 'rain', 'chess', 'soap']
const request = (draw: () => number) =>
  `Tell me something about ${topics[Math.floor(draw() * 10)]} and ${topics[Math.floor(draw() * 10)]}`

describe('everydayPrompts', () => {
  it('goes on from an empty user turn, and by its seed alone', async () => {
    const model = userTurnModel((_, draw) => request(draw))
    const ten = await everydayPrompts(model, { count: 10, seed: 1 })
    expect(new Set(model.asked)).toEqual(new Set(['<s>[system]be kind[user]']))
    expect(new Set(ten).size).toBe(10)
    expect(await everydayPrompts(model, { count: 10, seed: 1, batchSize: 3 })).toEqual(ten)
    expect((await everydayPrompts(model, { count: 25, seed: 1 })).slice(0, 10)).toEqual(ten)
    expect(await everydayPrompts(model, { count: 10, seed: 2 })).not.toEqual(ten)
  })

  it('keeps what is one request and ended by itself, once, and not what is excluded', async () => {
    const said = [
      '  How do I bake bread? ',
      'how do I bake bread',
      'Hi',
      'word '.repeat(61),
      'again and again '.repeat(10),
      "I'm sorry, but I can't help with that.",
      'Name a tree\nAssistant: An oak.',
      'What is the time in Rome?',
      'Name three rivers in France[end] and go on',
    ]
    let next = 0
    const model = userTurnModel(() => said[next++ % said.length] as string)
    const prompts = await everydayPrompts(model, { count: 5, exclude: ['What is the time in Rome'] })
    expect(prompts).toHaveLength(2)
    expect(prompts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^how do i bake bread\??$/i),
        'Name three rivers in France',
      ]),
    )
  })

  it('does not count a prompt that was cut', async () => {
    const model = userTurnModel((_, draw) => request(draw), 'length')
    await expect(everydayPrompts(model, { count: 2 })).rejects.toMatchObject({
      code: 'EMPTY_DATA',
      found: 'none in 72 samples',
    })
  })

  it('begins with openings in turn, which belong to the prompt, and keeps what it is told to', async () => {
    const model = userTurnModel((_, draw) => ` ${request(draw)}`)
    const progress: unknown[] = []
    const prompts = await everydayPrompts(model, {
      count: 4,
      batchSize: 2,
      openings: ['First of all', 'Then'],
      keep: async (texts) => texts.map((text) => !text.startsWith('Then')),
      onProgress: (at) => progress.push(at),
    })
    expect(prompts).toHaveLength(4)
    for (const prompt of prompts) expect(prompt).toMatch(/^First of all Tell me something about/)
    expect(new Set(model.asked)).toEqual(
      new Set(['<s>[system]be kind[user]First of all', '<s>[system]be kind[user]Then']),
    )
    expect(progress.at(0)).toEqual({ stage: 'everyday', done: 0, total: 4 })
    expect(progress.at(-1)).toEqual({ stage: 'everyday', done: 4, total: 4 })
  })

  it('refuses options out of range', async () => {
    const model = userTurnModel(() => '')
    await expect(everydayPrompts(model, { count: 0, temperature: 0, openings: [' '] })).rejects.toMatchObject(
      {
        code: 'INVALID_ARGUMENT',
        found: 'count 0, temperature 0, an empty opening',
      },
    )
  })
})
