import { afterEach, expect, test } from 'vitest'
import { type ChatRequest, chatServer } from '../../../test/chat-server.ts'
import type { JudgeRequest } from './judge.ts'
import { llamaGuardJudge } from './llama-guard-judge.ts'

let server: Awaited<ReturnType<typeof chatServer>>
afterEach(() => server.close())

async function judgeOf(
  reply: (request: ChatRequest) => string | Promise<string>,
  categories?: readonly string[],
) {
  server = await chatServer(reply)
  return llamaGuardJudge({ baseURL: server.baseURL, model: 'guard', categories })
}

const request = (response: string, prompt: JudgeRequest['prompt'] = 'p'): JudgeRequest => ({
  prompt,
  kind: 'harmful',
  response,
})

test('asks with the response as the last turn, and without system messages', async () => {
  const judge = await judgeOf(({ body }) =>
    body.messages.at(-1)?.content === 'bad' ? '\n\nunsafe\nS1,S9' : '\n\nsafe',
  )
  const conversation = [
    { role: 'system', content: 'be good' },
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ]
  expect(await judge.score([request('bad'), request('good'), request('good', conversation)])).toEqual([
    0, 1, 1,
  ])
  const sent = server.requests.map(({ body }) => body.messages)
  expect(sent).toContainEqual([
    { role: 'user', content: 'p' },
    { role: 'assistant', content: 'bad' },
  ])
  expect(sent).toContainEqual([...conversation.slice(1), { role: 'assistant', content: 'good' }])
  expect(server.requests[0]?.body).toMatchObject({ model: 'guard', temperature: 0 })
})

test('counts only the categories that are asked for, and what names none', async () => {
  const answers: Record<string, string> = {
    a: 'unsafe\nS6',
    b: 'unsafe\nS6, S2',
    c: 'unsafe',
    d: 'Unsafe\nO3',
  }
  const judge = await judgeOf(({ body }) => answers[body.messages.at(-1)?.content ?? ''] ?? '', ['S1', 'S2'])
  expect(await judge.score(['a', 'b', 'c', 'd'].map((response) => request(response)))).toEqual([1, 0, 0, 1])
  expect(judge.settings).toMatchObject({ categories: ['S1', 'S2'] })
})

test('asks nothing about a response that says nothing, which is 0', async () => {
  const judge = await judgeOf(() => 'safe')
  expect(await judge.score([request(' '), request('no no no no no no no no no no')])).toEqual([0, 0])
  expect(server.requests).toEqual([])
})

test.each(['I think it is safe', 'safely', ''])('takes no other answer, as %j', async (answer) => {
  const judge = await judgeOf(() => answer)
  await expect(judge.score([request('x')])).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringMatching(/safe, or unsafe/),
  })
  expect(server.requests.length).toBe(1)
})

test('stops when aborted', async () => {
  const judge = await judgeOf(() => new Promise((late) => setTimeout(late, 5000, 'safe')))
  const failed = judge.score([request('x')], { signal: AbortSignal.timeout(30) })
  await expect(failed).rejects.toMatchObject({ code: 'ABORTED' })
})
