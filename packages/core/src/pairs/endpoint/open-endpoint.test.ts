import { afterEach, describe, expect, it } from 'vitest'
import { chatServer } from '../../../test/chat-server.ts'
import type { PatchError } from '../../errors.ts'
import { endpointReference } from '../references/endpoint-reference.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'

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
      'does not support max_tokens: using max_completion_tokens',
      'does not support temperature: omitting it',
      'does not support seed: omitting it',
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
    [413, Buffer.from(''), 'HTTP 413, without text', /--reference-body/],
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
