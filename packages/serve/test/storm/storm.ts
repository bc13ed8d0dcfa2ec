/**
 * A storm of requests: a hundred at once, the default patches changed all the time, a tenth of the clients hanging up and a tenth sending
 * rubbish. Every good request must get exactly the answer of the stack that it was told it had; every bad one a refusal.
 */
import { Agent, type IncomingMessage, request } from 'node:http'
import { createRandom, type Random } from '@policypatch/core/platform'
import type { StormProcess } from './storm-process.ts'
import type { ProcessReport } from './storm-server.ts'

export interface StormOptions {
  readonly requests: number
  readonly atOnce: number
  /** Milliseconds between changes of the default patches. */
  readonly swapEvery: number
  /** Requests until memory is looked at for the first time. */
  readonly warmUp: number
  /** The answers to the prompts by the stack, as `stack prompt`. */
  readonly expected: ReadonlyMap<string, string>
  readonly prompts: readonly string[]
  readonly onProgress?: (done: number) => void
}

export interface StormFigures {
  /** Good requests that had no answer, or a wrong one; bad ones that were not refused. */
  readonly lost: readonly string[]
  readonly answered: number
  readonly hungUp: number
  readonly refused: number
  readonly swaps: number
  readonly seconds: number
  /** Of good requests, from the first byte sent to the last one received. */
  readonly milliseconds: { readonly p50: number; readonly p99: number }
  readonly warm: ProcessReport
  readonly end: ProcessReport
}

const path = '/v1/chat/completions'
const tokens = 8

export async function storm(server: StormProcess, options: StormOptions): Promise<StormFigures> {
  const { requests, atOnce, prompts, expected } = options
  const random = createRandom(25)
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const lost: string[] = []
  const latencies: number[] = []
  const counts = { answered: 0, hungUp: 0, refused: 0, swaps: 0 }
  let begun = 0
  let done = 0
  let warm: ProcessReport | undefined
  let warming: Promise<void> | undefined
  const startedAt = performance.now()
  let isOver = false
  const swapping = (async () => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, options.swapEvery))
      if (isOver) return
      const body = JSON.stringify({ patches: [`harmfulness@1.${++counts.swaps % 2}.0`] })
      const { status } = await send(server.url, agent, body, 'PUT', '/v1/patches/default').catch(unanswered)
      if (status !== 200) lost.push(`a swap: ${status}`)
    }
  })()

  const one = async (): Promise<void> => {
    const draw = random.uniform()
    if (draw < 0.1) {
      await hangUp(server.url, random, prompts)
      counts.hungUp++
      return
    }
    if (draw < 0.2) {
      const body = rubbish(random, prompts)
      const { status } = await send(server.url, agent, body)
      if (status >= 400 && status < 500) counts.refused++
      else lost.push(`rubbish got ${status}: ${body.slice(0, 60)}`)
      return
    }
    const prompt = prompts[random.integer(prompts.length)] as string
    const stream = random.uniform() < 0.5
    const from = performance.now()
    const { status, text, patches } = await send(server.url, agent, bodyOf(prompt, stream))
    latencies.push(performance.now() - from)
    const answer = stream ? streamedText(text) : wholeText(text)
    if (status === 200 && answer === expected.get(`${patches} ${prompt}`)) counts.answered++
    else lost.push(`${status} with ${patches}: ${text.slice(0, 200)}`)
  }
  const worker = async () => {
    while (begun < requests) {
      begun++
      await one().catch((error) => lost.push(String(error)))
      done++
      options.onProgress?.(done)
      if (done >= options.warmUp) {
        warming ??= server.report().then((report) => {
          warm = report
        })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  isOver = true
  await Promise.all([swapping, warming])
  agent.destroy()
  const seconds = (performance.now() - startedAt) / 1000
  // Those whose clients have gone end too.
  let end = await server.report()
  for (let i = 0; i < 100 && end.running > 0; i++) end = await server.report()
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.ceil(share * latencies.length) - 1] ?? Number.NaN
  return {
    ...counts,
    ...{ lost, seconds, warm: warm ?? end, end },
    milliseconds: { p50: quantile(0.5), p99: quantile(0.99) },
  }
}

/** Streams that have begun when the server is told to end: how many of them ended as they should, and its exit code. */
export async function terminateUnderLoad(
  server: StormProcess,
  streams: number,
): Promise<{ readonly begun: number; readonly whole: number; readonly exitCode: number | null }> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  let begun = 0
  let allBegun: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    allBegun = resolve
  })
  const body = JSON.stringify({ ...JSON.parse(bodyOf('hi', true)), max_tokens: 100, temperature: 1 })
  const answers = Array.from({ length: streams }, () =>
    send(server.url, agent, body, 'POST', path, () => {
      if (++begun === Math.ceil(streams / 2)) allBegun()
    }).catch(() => undefined),
  )
  await ready
  const exited = server.terminate()
  const ended = await Promise.all(answers)
  const started = ended.filter((answer) => answer?.status === 200)
  const whole = started.filter(
    (answer) => answer?.text.endsWith('data: [DONE]\n\n') && /"finish_reason":"\w+"/.test(answer.text),
  )
  return { begun, whole: whole.length, exitCode: await exited }
}

const unanswered = (error: Error) => ({ status: error.message })

export const bodyOf = (prompt: string, stream: boolean): string =>
  JSON.stringify({
    ...{ model: 'tiny', messages: [{ role: 'user', content: prompt }] },
    ...{ max_tokens: tokens, temperature: 0, stream },
  })

interface Received {
  readonly status: number
  readonly text: string
  readonly patches: string
}

function send(
  url: string,
  agent: Agent,
  body: string,
  method = 'POST',
  to = path,
  onBegun?: () => void,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url + to, { method, agent, headers }, (response: IncomingMessage) => {
      if (response.statusCode === 200) onBegun?.()
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          ...{ status: response.statusCode ?? 0, text },
          patches: String(response.headers['x-policypatch-patches']),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Sends a good request and leaves: before the answer, or when a part of it has come. */
function hangUp(url: string, random: Random, prompts: readonly string[]): Promise<void> {
  const body = bodyOf(prompts[random.integer(prompts.length)] as string, random.uniform() < 0.7)
  const waitsForAnswer = random.uniform() < 0.5
  const patience = random.integer(30)
  return new Promise((resolve) => {
    const leave = () => {
      sent.destroy()
      resolve()
    }
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url + path, { method: 'POST', agent: false, headers }, (response) => {
      response.on('error', () => undefined)
      if (waitsForAnswer) response.once('data', leave)
    })
    sent.on('error', () => resolve())
    sent.on('close', () => resolve())
    sent.end(body)
    if (!waitsForAnswer) setTimeout(leave, patience)
  })
}

/** What no server should take. */
function rubbish(random: Random, prompts: readonly string[]): string {
  const good = bodyOf(prompts[0] as string, true)
  const kinds = [
    () => 'null',
    () => good.slice(0, random.integer(good.length)),
    () => String.fromCharCode(...Array.from({ length: 200 }, () => random.integer(256))),
    () => good.replace('"tiny"', '"other"'),
    () => good.replace('"max_tokens":8', '"max_tokens":-1'),
    () => good.replace('"max_tokens":8', '"tools":[{"type":"function"}]'),
    () =>
      JSON.stringify({
        model: 'tiny',
        messages: [{ role: 'user', content: 'x'.repeat(1000) }],
        stream: true,
      }),
    () => JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'x'.repeat(2 ** 21) }] }),
    () => JSON.stringify({ model: 'tiny+unknown', messages: [{ role: 'user', content: 'x' }] }),
    () => '['.repeat(10_000),
  ]
  return (kinds[random.integer(kinds.length)] as () => string)()
}

function wholeText(text: string): string | undefined {
  return JSON.parse(text).choices?.[0]?.message?.content
}

function streamedText(text: string): string | undefined {
  const lines = text.split('\n\n').filter((line) => line !== '')
  if (lines.pop() !== 'data: [DONE]') return undefined
  return lines.map((line) => JSON.parse(line.slice(6)).choices[0].delta.content ?? '').join('')
}
