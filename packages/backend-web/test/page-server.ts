import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { contentType } from '../../core/test/browser/content-type.ts'

/** No inline scripts, no eval, nothing from elsewhere: as strict as WebAssembly allows. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

export interface PageServer {
  readonly url: string
  /** Method, path and range of every request for a file under /files/. */
  readonly requests: string[]
  /** Paths whose next whole answer is cut in the middle. */
  readonly cut: Set<string>
  close(): Promise<void>
}

/**
 * A page of a built folder with a strict Content-Security-Policy, and under /files/ those of another folder, in ranges.
 *
 * @param isolated whether pages are cross-origin isolated
 */
export async function pageServer(
  page: string,
  files: string,
  { isolated = false } = {},
): Promise<PageServer> {
  const requests: string[] = []
  const cut = new Set<string>()
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    const own = path.startsWith('/files/')
    if (own) requests.push(`${request.method} ${path} ${request.headers.range ?? '-'}`)
    const place = own
      ? join(files, path.slice('/files/'.length))
      : join(page, path === '/' ? 'index.html' : path)
    const bytes = await readFile(place).catch(() => undefined)
    if (!bytes) {
      response.writeHead(404).end()
      return
    }
    const headers = {
      'content-type': contentType(place),
      'content-security-policy': policy,
      // What the browser keeps of its own accord would answer in place of the server.
      'cache-control': 'no-store',
      etag: `"${bytes.length}"`,
      ...(isolated && {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      }),
    }
    send(request, response, bytes, headers, request.method === 'GET' && cut.delete(path))
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    cut,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  headers: Record<string, string>,
  isCut: boolean,
): void {
  const [, from, to] = request.headers.range?.match(/^bytes=(\d+)-(\d*)$/) ?? []
  const start = Number(from ?? 0)
  const end = to ? Number(to) + 1 : bytes.length
  if (from !== undefined && start >= bytes.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  const range = from !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }
  response.writeHead(range ? 206 : 200, { ...headers, ...range, 'content-length': end - start })
  if (request.method === 'HEAD') response.end()
  else if (isCut) {
    // A busy browser needs a while to read what came: what it has not read is lost with the connection.
    response.write(bytes.subarray(start, start + Math.floor((end - start) / 2)), () =>
      setTimeout(() => response.destroy(), 1000),
    )
  } else response.end(bytes.subarray(start, end))
}
