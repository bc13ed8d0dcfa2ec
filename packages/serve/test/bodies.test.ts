import { request } from 'node:http'
import { connect } from 'node:net'
import { createEngine } from '@policypatch/core/engine'
import { afterAll, expect, it } from 'vitest'
import { chat, served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel } from './tiny-model.ts'

const model = await tinyModel()
afterAll(() => model.dispose())

const path = '/v1/chat/completions'
const total = 150 * 2 ** 20

/** Sends 150 MB as long as the server takes it; gives the status, and how much went out. */
function sendLarge(
  url: string,
  headers: Record<string, string | number>,
): Promise<{ status: number; sent: number }> {
  return new Promise((resolve, reject) => {
    const piece = Buffer.alloc(2 ** 18, 'x')
    let sent = 0
    let status = 0
    const post = request(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    })
    const settle = () => (status > 0 ? resolve({ status, sent }) : undefined)
    post.on('response', (response) => {
      status = response.statusCode ?? 0
      response.resume().on('close', settle)
    })
    post.on('error', (error) => (status > 0 ? settle() : reject(error)))
    const pump = () => {
      while (sent < total && status === 0 && !post.destroyed) {
        sent += piece.length
        if (!post.write(piece)) return post.once('drain', pump)
      }
      if (status > 0) settle()
      return post
    }
    pump()
  })
}

it.each([
  ['that says its size', { 'content-length': total }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('refuses a body of 150 MB %s, and does not read it', async (_, headers) => {
  const server = await served(standInEngine(model))
  const before = process.memoryUsage().arrayBuffers
  const { status, sent } = await sendLarge(server.url, headers)
  expect(status).toBe(413)
  expect(sent).toBeLessThan(16 * 2 ** 20)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20)
  expect((await server.post(path, chat('still here'))).status).toBe(200)
})

it.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"hi"'],
  ['no JSON', '{"model": "tiny"'],
  ['nothing', ''],
  ['deep lists', `{"model":"tiny","messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['names of prototypes', '{"model":"tiny","__proto__":{"n":2},"constructor":1,"messages":[]}'],
])('answers 400 to a body that is %s', async (_, body) => {
  const server = await served(standInEngine(model))
  for (const route of [path, '/v1/completions', '/v1/patches']) {
    const { status, json } = await server.post(route, body)
    expect([route, status]).toEqual([route, 400])
    expect(json.error.type).toBe('invalid_request_error')
  }
})

it('refuses what the engine refuses before a stream begins', async () => {
  const server = await served(createEngine(model))
  const refused: readonly (readonly [object, number])[] = [
    [chat('x'.repeat(300)), 400],
    [chat('hi', { max_tokens: 0 }), 400],
    [chat('hi', { temperature: -1 }), 400],
    [chat('hi', { stop: '' }), 400],
    [chat('hi', { seed: 0.5 }), 400],
  ]
  for (const [body, expected] of refused) {
    const { status, json } = await server.post(path, { ...body, stream: true })
    expect(status).toBe(expected)
    expect(json.error.message).not.toBe('')
  }
})

it('says when to come back where the queue is full', async () => {
  const server = await served(createEngine(model, { batchSize: 1, queueLimit: 1 }), {
    limits: { choices: 8 },
  })
  const { status, headers, json } = await server.post(path, chat('hi', { n: 3, max_tokens: 8 }))
  expect([status, headers.get('retry-after'), json.error.code]).toEqual([429, '1', 'QUEUE_FULL'])
  // None of the choices of a refused request goes on.
  const whole = await server.post(path, chat('hi', { n: 2, max_tokens: 8 }))
  expect(whole.json.choices).toHaveLength(2)
})

it('answers 503 to what waited too long, before the stream begins', async () => {
  const server = await served(createEngine(model, { batchSize: 1 }), { limits: { queueTimeout: 30 } })
  const first = server.post(path, chat('hi', { max_tokens: 200, temperature: 1 }))
  const others = await Promise.all(
    [1, 2, 3, 4].map(() => server.post(path, chat('hi', { stream: true, max_tokens: 150 }))),
  )
  const late = others.filter(({ status }) => status === 503)
  expect(late.length).toBeGreaterThan(0)
  expect(late[0]?.json.error.code).toBe('DEADLINE_EXCEEDED')
  expect(late[0]?.headers.get('retry-after')).toBe('1')
  expect((await first).status).toBe(200)
})

it('ends an answer whose client has gone, and others go on', async () => {
  const engine = standInEngine(model, {
    beforeToken: () => new Promise((resolve) => setTimeout(resolve, 60)),
  })
  const server = await served(engine)
  const { port } = new URL(server.url)
  for (const [stream, chunked] of [
    [true, false],
    [false, false],
    [false, true],
  ]) {
    const body = JSON.stringify(chat('hi', { stream, n: stream ? 2 : 1 }))
    const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
    const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n${sent}`,
    )
    await expect.poll(() => engine.status().running).toBe(stream ? 2 : 1)
    const other = server.post(path, chat('still here'))
    socket.destroy()
    expect((await other).json.choices[0].message.content).toBe('answer0')
    await expect.poll(() => engine.status().running).toBe(0)
  }
  expect(engine.ended.filter((how) => how === 'end')).toHaveLength(3)
  expect(engine.ended).toHaveLength(7)
  await expect.poll(() => server.lines.filter(({ outcome }) => outcome === 'aborted').length).toBe(3)
})
