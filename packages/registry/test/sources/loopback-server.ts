import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoopbackServer {
  readonly url: string
  /** Every request so far: method and path. */
  readonly requests: string[]
  close(): Promise<void>
}

export interface LoopbackRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Serves on this machine. An answer of undefined is 404, one that is neither bytes nor text is JSON. */
export async function loopbackServer(
  answer: (request: LoopbackRequest, response: ServerResponse) => unknown,
): Promise<LoopbackServer> {
  const requests: string[] = []
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece)
    const { method = 'GET', url = '/', headers } = incoming
    requests.push(`${method} ${url}`)
    const found = await answer(
      { method, path: decodeURIComponent(url), headers, body: Buffer.concat(pieces) },
      response,
    )
    if (response.writableEnded) return
    if (found === undefined) response.writeHead(404).end()
    else if (found instanceof Uint8Array || typeof found === 'string') response.end(found)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
