import { afterEach, describe, expect, it } from 'vitest'
import { chatServer } from '../../../test/chat-server.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { endpointReference } from './endpoint-reference.ts'

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
      expect(() => endpointReference({ baseURL, model: 'm' })).toThrow(/http or https baseURL/)
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
