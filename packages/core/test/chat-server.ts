import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ChatRequest {
  readonly path: string
  readonly key: string | undefined
  readonly body: {
    readonly model: string
    readonly messages: { readonly role: string; readonly content: string }[]
    readonly prompt: string
    readonly [field: string]: unknown
  }
}

/** A status and a body: a JSON value, or raw bytes. */
export interface RawReply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A mock of an OpenAI-compatible server. `reply` returns the answer's text, or a status and a body. */
export async function chatServer(reply: (request: ChatRequest) => string | RawReply | Promise<string>) {
  const requests: ChatRequest[] = []
  let open = 0
  let mostOpen = 0
  const server = createServer(async (incoming, outgoing) => {
    mostOpen = Math.max(mostOpen, ++open)
    let text = ''
    for await (const piece of incoming) text += piece
    const request = { path: incoming.url ?? '', key: incoming.headers.authorization, body: JSON.parse(text) }
    requests.push(request)
    const answer = await reply(request)
    const { status, body, headers }: RawReply =
      typeof answer === 'string'
        ? { status: 200, body: { choices: [{ message: { content: answer }, text: answer }] } }
        : answer
    open--
    outgoing.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1', ...headers })
    outgoing.end(body instanceof Uint8Array ? body : JSON.stringify(body))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    mostOpen: () => mostOpen,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((done) => server.close(() => done()))
    },
  }
}
