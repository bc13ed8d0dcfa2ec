import type { Patch } from '@policypatch/core'
import type { Engine } from '@policypatch/core/engine'
import { onTestFinished } from 'vitest'
import {
  type RunningServer,
  type ServeOptions,
  type ServeSettings,
  serve,
  serveConfig,
} from '../src/index.ts'

export interface Served extends RunningServer {
  /** The lines of the log. */
  readonly lines: Readonly<Record<string, unknown>>[]
  /** Sends JSON. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly json: any
}

/** A server on a free port, which is closed after the test. */
export async function served(
  engine: Engine,
  settings: ServeSettings = {},
  options: Partial<Omit<ServeOptions, 'engine' | 'config'>> & { readonly patches?: readonly Patch[] } = {},
): Promise<Served> {
  const lines: Record<string, unknown>[] = []
  const server = await serve({
    engine,
    config: serveConfig({ port: 0, drainSeconds: 5, ...settings }),
    logTo: { write: (line) => void lines.push(JSON.parse(line)) },
    ...options,
  })
  onTestFinished(async () => {
    await server.close()
  })
  const send: Served['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }
  return { ...server, lines, send, post: (path, body, headers) => send('POST', path, body, headers) }
}

/** A chat of one message. */
export const chat = (content: string, more: object = {}) => ({
  ...{ model: 'tiny', messages: [{ role: 'user', content }] },
  ...more,
})
