import { afterEach, describe, expect, it } from 'vitest'
import { chatServer } from '../../../test/chat-server.ts'
import type { PatchError } from '../../errors.ts'
import { endpointJudge } from '../judges/endpoint-judge.ts'
import type { PatchPrompt } from '../preference-pair.ts'
import { endpointReference } from '../references/endpoint-reference.ts'

let server: Awaited<ReturnType<typeof chatServer>>
afterEach(() => server.close())

const prompts: PatchPrompt[] = Array.from({ length: 12 }, (_, i) => ({ prompt: `p${i}`, kind: 'harmful' }))

async function collect(reference: ReturnType<typeof endpointReference>, signal?: AbortSignal) {
  const all = new Map<number, string | undefined>()
  for await (const { index, response } of reference.respond(prompts, signal ? { signal } : {})) {
    all.set(index, response)
  }
  return all
}

const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

describe('endpointReference', () => {
  it('answers each prompt by its index, at most so many at a time, with the key and the options', async () => {
    server = await chatServer(async ({ body }) => {
      await sleep(5 + 20 * Math.random())
      return `to ${body.messages.at(-1)?.content}`
    })
    const { baseURL } = server
    const all = await collect(
      endpointReference({
        baseURL,
        model: 'm',
        apiKey: 'k',
        concurrency: 3,
        maxTokens: 7,
        systemPrompt: 's',
      }),
    )
    expect([...all].sort(([a], [b]) => a - b)).toEqual(prompts.map(({ prompt }, i) => [i, `to ${prompt}`]))
    expect(server.mostOpen()).toBe(3)
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      key: 'Bearer k',
      body: { model: 'm', max_tokens: 7, temperature: 0, messages: [{ role: 'system', content: 's' }, {}] },
    })
  })

  it('continues text by completions', async () => {
    server = await chatServer(({ body }) => `${body.prompt} and on`)
    const all = await collect(endpointReference({ baseURL: server.baseURL, model: 'm', format: 'text' }))
    expect(all.get(4)).toBe('p4 and on')
    expect(server.requests[0]?.path).toBe('/v1/completions')
  })

  it('sends again what failed for a while', async () => {
    let failures = 2
    server = await chatServer(() => (failures-- > 0 ? { status: 503, body: {} } : 'fine'))
    expect((await collect(endpointReference({ baseURL: server.baseURL, model: 'm' }))).size).toBe(12)
    expect(server.requests.length).toBe(14)
  })

  it('names the address of a server that is not there', async () => {
    server = await chatServer(() => '')
    const { baseURL } = server
    await server.close()
    const absent = collect(endpointReference({ baseURL, model: 'm', maxRetries: 0 }))
    await expect(absent).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(`${baseURL}/chat/completions`),
    })
  })

  it('catches an error that comes at once', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const failing = async () => Response.json({ error: 'no' }, { status: 404 })
    const failed = collect(
      endpointReference({ baseURL: 'http://localhost/v1', model: 'm', maxRetries: 0, fetch: failing }),
    )
    await expect(failed).rejects.toMatchObject({ code: 'REQUEST_REFUSED' })
    await sleep(0)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('stops when aborted', async () => {
    server = await chatServer(() => sleep(5000).then(() => 'late'))
    const failed = collect(
      endpointReference({ baseURL: server.baseURL, model: 'm' }),
      AbortSignal.timeout(50),
    )
    await expect(failed).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('stops when aborted while the server asks to wait', async () => {
    server = await chatServer(() => ({ status: 503, body: {}, headers: { 'retry-after-ms': '20000' } }))
    const started = performance.now()
    const failed = collect(
      endpointReference({ baseURL: server.baseURL, model: 'm' }),
      AbortSignal.timeout(200),
    )
    await expect(failed).rejects.toMatchObject({ code: 'ABORTED' })
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('takes no address with a secret in it, and no fields that ask for something else', async () => {
    server = await chatServer(() => '')
    for (const baseURL of ['http://user:secret@host/v1', 'https://host/v1?key=secret', 'host:80', '']) {
      expect(() => endpointReference({ baseURL, model: 'm' })).toThrow(/baseURL of http/)
      expect(() => endpointReference({ baseURL, model: 'm' })).not.toThrow(/secret/)
    }
    for (const body of [{ messages: [] }, { stream: true }, { n: 2 }]) {
      const asked = () => endpointReference({ baseURL: server.baseURL, model: 'm', body })
      expect(asked).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', found: Object.keys(body)[0] }),
      )
    }
  })
})

describe('fields of a request', () => {
  const refusals: Record<string, object> = {
    max_tokens: {
      error: {
        message:
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    },
    temperature: {
      error: {
        message:
          "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        code: 'unsupported_value',
      },
    },
    seed: {
      message: {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }],
      },
    },
  }

  it('are left out, or replaced, where the server refuses them, once and for all, and it is said', async () => {
    server = await chatServer(({ body }) => {
      const refused = Object.keys(refusals).find((field) => field in body)
      return refused ? { status: refused === 'seed' ? 422 : 400, body: refusals[refused] } : 'fine'
    })
    const notices: string[] = []
    const { baseURL } = server
    const onNotice = (line: string) => notices.push(line)
    const all = await collect(
      endpointReference({ baseURL, model: 'm', maxTokens: 7, concurrency: 3, onNotice }),
    )
    expect([...all.values()]).toEqual(prompts.map(() => 'fine'))
    expect(server.requests.length).toBeLessThanOrEqual(12 + 3 * 3)
    expect(server.requests.at(-1)?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: expect.any(String) }],
      max_completion_tokens: 7,
    })
    expect(notices.map((line) => line.replace(/^.* does/, 'does'))).toEqual([
      'does not take max_tokens: asked with max_completion_tokens',
      'does not take temperature: asked without it',
      'does not take seed: asked without it',
    ])
  })

  it.each([
    ['a field that the user set', { body: { temperature: 0.5 } }, refusals.temperature],
    [
      'a value that is out of range',
      { temperature: 3 },
      { error: { message: "'temperature' must be at most 2" } },
    ],
    ['a limit that is too large', {}, { error: { message: 'max_tokens is too large: 128. Most is 64' } }],
  ])('stay where it is %s that is refused', async (_, options, body) => {
    server = await chatServer(() => ({ status: 400, body }))
    const failed = collect(
      endpointReference({ baseURL: server.baseURL, model: 'm', concurrency: 1, ...options }),
    )
    await expect(failed).rejects.toMatchObject({ code: 'REQUEST_REFUSED' })
    expect(server.requests.length).toBe(1)
  })

  it('are those of `body` besides or instead; null leaves one out, and one limit the other', async () => {
    server = await chatServer(() => 'fine')
    const body = { max_completion_tokens: 9, seed: null, top_p: 0.5 }
    await collect(endpointReference({ baseURL: server.baseURL, model: 'm', body }))
    const { messages: _, ...sent } = server.requests[0]?.body ?? {}
    expect(sent).toEqual({ model: 'm', temperature: 0, max_completion_tokens: 9, top_p: 0.5 })
  })
})

describe('errors of a server', () => {
  const failure = async (status: number, body: unknown, headers = {}) => {
    server = await chatServer(() => ({ status, body, headers }))
    const { baseURL } = server
    return collect(endpointReference({ baseURL, model: 'm', apiKey: 'secret-key', concurrency: 1 })).then(
      () => expect.fail('answered'),
      (error: unknown) => error as PatchError,
    )
  }

  it.each([
    [401, { error: { message: 'Incorrect key secret-key' } }, 'HTTP 401: "Incorrect key ***"', /key/],
    [404, { error: { message: 'no such model' } }, 'HTTP 404: "no such model"', /model name/],
    [400, { error: 'bad' }, 'HTTP 400: "bad"', /--reference-body/],
    [422, { detail: [{ msg: 'x' }] }, 'HTTP 422: "[{\\"msg\\":\\"x\\"}]"', /--reference-body/],
    [400, { object: 'error', message: 'vLLM says no' }, 'HTTP 400: "vLLM says no"', /--reference-body/],
    [418, Buffer.from('a plain text'), 'HTTP 418: "a plain text"', /--reference-body/],
    [413, Buffer.from(''), 'HTTP 413, without a word', /--reference-body/],
    [
      429,
      { error: { message: 'slow down' } },
      'HTTP 429, too many requests, 3 times: "slow down"',
      /concurrency/,
    ],
  ])('of status %i and body %j are told', async (status, body, found, remedy) => {
    const error = await failure(status, body)
    expect(error).toMatchObject({ code: 'REQUEST_REFUSED', found, remedy: expect.stringMatching(remedy) })
    expect(server.requests.length).toBe(status === 429 ? 3 : 1)
  })

  it('of 5xx are told, after they were tried again', async () => {
    const error = await failure(502, Buffer.from('<html>bad gateway</html>'))
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      found: 'HTTP 502, 3 times: "<html>bad gateway</html>"',
    })
  })

  it('are told of an answer without an end, which is read to a limit', async () => {
    const error = await failure(200, Buffer.alloc(40e6, ' '))
    expect(error).toMatchObject({ code: 'MALFORMED' })
    expect(error.message.length).toBeLessThan(1000)
  })

  it('that ask to wait for long are not waited for, and it is said', async () => {
    const error = await failure(429, {}, { 'retry-after': '3600' })
    expect(error).toMatchObject({ found: expect.stringContaining('it asks to wait 3600 s') })
    expect(server.requests.length).toBe(1)
  })

  it('without an end are read no further than they can be shown, and print no orders', async () => {
    const error = await failure(400, { error: { message: `\u001b]0;x\u0007\u202e${'long '.repeat(1e6)}` } })
    expect(error.message.length).toBeLessThan(1000)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(error.message).not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  it.each([
    [400, { error: { code: 'content_filter', param: 'prompt', message: 'The response was filtered' } }],
    [400, { error: { code: '400', message: 'x', innererror: { code: 'ResponsibleAIPolicyViolation' } } }],
    [403, { error: { code: 403, message: 'flagged', metadata: { reasons: ['x'], flagged_input: 'p' } } }],
  ])('of a filter (%i, %j) are answers that it withheld', async (status, body) => {
    server = await chatServer(() => ({ status, body }))
    const { baseURL } = server
    const notices: string[] = []
    const all = await collect(
      endpointReference({ baseURL, model: 'm', onNotice: (line) => notices.push(line) }),
    )
    expect([...all.values()]).toEqual(prompts.map(() => undefined))
    expect(notices).toEqual([`endpoint:${baseURL}#m, of 12 answers: 12 withheld by a filter`])
  })
})

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
    [{ message: { content: null, reasoning: '{"score": 1}' } }, /without a word/],
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
