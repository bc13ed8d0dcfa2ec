import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createEngine } from '@policypatch/core/engine'
import { afterAll, expect, it } from 'vitest'
import { addKey } from '../src/index.ts'
import { chat, served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel, tinyPatch } from './tiny-model.ts'

const model = await tinyModel()
const folder = await mkdtemp(join(tmpdir(), 'policypatch-operate-'))
afterAll(async () => {
  await model.dispose()
  await rm(folder, { recursive: true, force: true })
})
const path = '/v1/chat/completions'

it('lets in whoever has a key, and only administrators change what is served', async () => {
  const keys = join(folder, 'keys.json')
  const [key, admin] = [await addKey(keys, 'reader'), await addKey(keys, 'owner', { admin: true })]
  const file = await readFile(keys, 'utf8')
  expect(file).not.toContain(key)
  await expect(addKey(keys, 'reader')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  const server = await served(standInEngine(model), { keys })
  const by = (given: string) => ({ authorization: `Bearer ${given}` })
  const none = await server.post(path, chat('hi'))
  expect([none.status, none.json.error.code]).toEqual([401, 'invalid_api_key'])
  expect(none.headers.get('www-authenticate')).toBe('Bearer')
  for (const wrong of ['', `${key}x`, key.slice(1), JSON.parse(file).keys[0].sha256]) {
    expect((await server.post(path, chat('hi'), by(wrong))).status).toBe(401)
  }
  expect((await server.post(path, chat('hi'), by(key))).status).toBe(200)
  const change = { patches: [] }
  expect((await server.send('PUT', '/v1/patches/default', change, by(key))).json.error.code).toBe(
    'admin_key_needed',
  )
  expect((await server.send('PUT', '/v1/patches/default', change, by(admin))).status).toBe(200)
  expect((await server.send('GET', '/v1/patches')).status).toBe(401)
  expect((await server.send('GET', '/healthz')).status).toBe(200)
  const later = await addKey(keys, 'later')
  expect((await server.post(path, chat('hi'), by(later))).status).toBe(401)
  await server.reload()
  expect((await server.post(path, chat('hi'), by(later))).status).toBe(200)
  expect(server.lines.some((line) => JSON.stringify(line).includes(key))).toBe(false)
  expect(server.lines.find(({ msg }) => msg === 'answer done')).toMatchObject({ client: 'reader' })
})

it('speaks to pages of others only where it was told to', async () => {
  const closed = await served(standInEngine(model))
  const from = { origin: 'https://app.example' }
  expect((await closed.post(path, chat('hi'), from)).headers.get('access-control-allow-origin')).toBeNull()
  const open = await served(standInEngine(model), { cors: { origins: ['https://app.example'] } })
  const preflight = { ...from, 'access-control-request-method': 'POST' }
  const asked = await open.send('OPTIONS', path, undefined, preflight)
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://app.example',
  ])
  const other = await open.post(path, chat('hi'), { origin: 'https://other.example' })
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
})

it('is not led astray by another name for this machine', async () => {
  const server = await served(standInEngine(model))
  const statusFor = (host: string) =>
    new Promise((resolve, reject) => {
      request(`${server.url}/v1/models`, { headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  expect(await statusFor('evil.example')).toBe(421)
  expect(await statusFor('localhost:8000')).toBe(200)
  expect(await statusFor('[::1]:8000')).toBe(200)
})

it('limits requests and tokens in a minute', async () => {
  const server = await served(standInEngine(model), { limits: { requestsPerMinute: 3 } })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await server.post(path, chat('hi'))).status)
  expect(statuses).toEqual([200, 200, 200, 429])
  const refused = await server.post(path, chat('hi'))
  expect(refused.json.error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // An answer of the stand-in takes 10 tokens and 7.
  const byTokens = await served(standInEngine(model), { limits: { tokensPerMinute: 30 } })
  const after: number[] = []
  for (let i = 0; i < 3; i++) after.push((await byTokens.post(path, chat('hi'))).status)
  expect(after).toEqual([200, 200, 429])
  // So do those of a body that does not say its size.
  const chunked = await served(standInEngine(model), { limits: { tokensPerMinute: 10 } })
  const statusOf = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      const sent = request(chunked.url + path, { method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(chat('hi')))
    })
  expect([await statusOf(), await statusOf()]).toEqual([200, 429])
})

it('counts for Prometheus under the names of vLLM', async () => {
  const patch = await tinyPatch(model, 'harmfulness', '1.0.0')
  const server = await served(createEngine(model), { patches: ['harmfulness'] }, { patches: [patch] })
  await server.post(path, chat('hi', { max_tokens: 5, n: 2, temperature: 0 }))
  await server.post(path, chat('hi', { max_tokens: 5, patches: [], stream: true, temperature: 0 }))
  await server.post(path, 'null')
  const { text, headers } = await server.send('GET', '/metrics')
  expect(headers.get('content-type')).toContain('text/plain')
  const value = (line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.split(' ')[1],
    )
  expect(value('vllm:num_requests_running{model_name="tiny"}')).toBe(0)
  expect(value('vllm:generation_tokens_total{model_name="tiny"}')).toBe(15)
  expect(value('vllm:request_success_total{model_name="tiny",finished_reason="length"}')).toBe(3)
  expect(value('vllm:time_to_first_token_seconds_count{model_name="tiny"}')).toBe(2)
  expect(value('vllm:inter_token_latency_seconds_count{model_name="tiny"}')).toBe(13)
  expect(value('policypatch_answers_total{patches="harmfulness@1.0.0",arm="",outcome="done"}')).toBe(1)
  expect(value(`policypatch_http_requests_total{method="POST",route="${path}",status="400"}`)).toBe(1)
  const hidden = await served(createEngine(model), { metrics: 'off' })
  expect((await hidden.send('GET', '/metrics')).status).toBe(404)
})

it('logs answers without what was said, unless asked for it', async () => {
  const secret = 'a secret of mine'
  const server = await served(standInEngine(model))
  await server.post(path, chat(secret), { 'x-request-id': 'mine' })
  await server.post(path, chat('hi', { suffix: secret, tools: [{}] }))
  const lines = JSON.stringify(server.lines)
  expect(lines).not.toContain(secret)
  expect(lines).not.toContain('answer0')
  expect(server.lines.find(({ msg }) => msg === 'answer done')).toMatchObject({
    ...{ operation: 'chat', model: 'tiny', patches: 'none', completionTokens: 7, finishReasons: ['stop'] },
  })
  expect(server.lines.filter(({ requestId }) => requestId === 'mine')).toHaveLength(1)
  expect(server.lines.find(({ msg }) => msg === 'request refused')).toMatchObject({
    ...{ status: 400, code: 'unsupported_parameter', route: path },
  })
  const open = await served(standInEngine(model), { log: { prompts: true } })
  await open.post(path, chat(secret))
  expect(open.lines.find(({ msg }) => msg === 'answer done')).toMatchObject({
    prompts: [[{ role: 'user', content: secret }]],
    answers: ['answer0'],
  })
})

it("makes a span of an answer, in the caller's trace", async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  try {
    const server = await served(standInEngine(model))
    const [traceId, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
    await server.post(path, chat('hi'), { traceparent: `00-${traceId}-${parent}-01` })
    const [span] = exporter.getFinishedSpans()
    expect(span?.name).toBe('chat tiny')
    expect(span?.spanContext().traceId).toBe(traceId)
    expect(span?.parentSpanContext?.spanId).toBe(parent)
    expect(span?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 7,
      'policypatch.patches': 'none',
    })
    expect(span?.events.map(({ name }) => name)).toEqual(['first token'])
  } finally {
    trace.disable()
    propagation.disable()
  }
})

it('ends what was begun when it is told to end, and takes nothing more', async () => {
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 30))
  const server = await served(standInEngine(model, { beforeToken: slow }))
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat('hi', { stream: true })),
  })
  // A connection that stays open is answered until it closes.
  const whole = server.post(path, chat('hi'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const closing = server.close()
  await expect(fetch(`${server.url}/readyz`)).rejects.toThrow()
  expect(await response.text()).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/s)
  expect((await whole).json.choices[0].message.content).toBe('answer0')
  expect(await closing).toBe(true)
})

it('does not wait for ever', async () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const engine = standInEngine(model, { beforeToken: (_, index) => (index === 3 ? held : undefined) })
  const server = await served(engine, { drainSeconds: 1 })
  const hanging = fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat('hi')),
  }).catch(() => 'cut')
  await expect.poll(() => engine.status().running).toBe(1)
  const closing = server.close()
  setTimeout(release, 1200)
  expect(await closing).toBe(false)
  expect(await hanging).not.toMatchObject({ status: 200 })
})
