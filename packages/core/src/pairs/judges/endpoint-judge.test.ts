import { afterEach, describe, expect, it } from 'vitest'
import { chatServer } from '../../../test/chat-server.ts'
import { endpointJudge } from './endpoint-judge.ts'

let server: Awaited<ReturnType<typeof chatServer>>
afterEach(() => server.close())

describe('endpointJudge', () => {
  const request = (response: string) => ({ prompt: 'p', kind: 'harmless' as const, response })

  it('reads scores in the order of the requests, with text around them or not', async () => {
    server = await chatServer(({ body }) => {
      const { response } = JSON.parse(body.messages.at(-1)?.content ?? '') as { response: string }
      return response === 'good' ? 'Here: {"score": 1.0}' : '{"score":.25, "why":"x"}'
    })
    const judge = endpointJudge({ baseURL: server.baseURL, model: 'j' })
    expect(await judge.score([request('bad'), request('good'), request('bad')])).toEqual([0.25, 1, 0.25])
    expect(server.requests[0]?.body.messages[0]?.content).toMatch(/harmless.*\{"score": s\}/)
  })

  it('asks again for an answer without a score, then gives up', async () => {
    const answers = ['I think it is fine', '{"score": 7}', '{"score": 0.5}']
    server = await chatServer(() => answers.shift() ?? 'fine')
    const judge = endpointJudge({ baseURL: server.baseURL, model: 'j' })
    expect(await judge.score([request('x')])).toEqual([0.5])
    expect(server.requests[2]?.body.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ])
    await expect(judge.score([request('x')])).rejects.toMatchObject({ code: 'MALFORMED' })
    expect(server.requests.length).toBe(6)
  })

  it('reads no score from inside thinking, wherever the server puts it', async () => {
    const answers: unknown[] = [
      '<think>{"score": 1}</think>{"score": 0.25}',
      [
        { type: 'thinking', thinking: [{ type: 'text', text: '{"score": 1}' }] },
        { type: 'text', text: '{"score": 0.5}' },
      ],
      '{"score": 1}</think>{"score": 0.75}',
    ]
    server = await chatServer(() => ({
      status: 200,
      body: { choices: [{ message: { content: answers.shift(), reasoning_content: '{"score": 1}' } }] },
    }))
    const judge = endpointJudge({ baseURL: server.baseURL, model: 'j', concurrency: 1 })
    expect(await judge.score([request('a'), request('b'), request('c')])).toEqual([0.25, 0.5, 0.75])
  })

  it.each([
    [
      { message: { content: '<think>{"score": 1},' }, finish_reason: 'length' },
      /limit of 64 tokens.*maxTokens/,
    ],
    [{ message: { content: '<think>{"score": 1},' }, finish_reason: 'stop' }, /limit of 64 tokens/],
    [{ message: { content: null }, finish_reason: 'content_filter' }, /withheld.*another judge/],
    [{ message: { content: null, reasoning: '{"score": 1}' } }, /without text/],
  ])('says why there is no answer in %j', async (choice, message) => {
    server = await chatServer(() => ({ status: 200, body: { choices: [choice] } }))
    const judge = endpointJudge({ baseURL: server.baseURL, model: 'j' })
    await expect(judge.score([request('a')])).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(message),
    })
    expect(server.requests.length).toBe(1)
  })
})
