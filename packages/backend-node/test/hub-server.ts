import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubServerOptions {
  /** Files of the one repository that is served, by path. Those over 100 bytes are in large-file storage. */
  readonly files: Readonly<Record<string, Buffer>>
  /** Takes a request out of the server's hands by returning true. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface HubServer {
  readonly url: string
  readonly commit: string
  /** Every request so far: method, path, range and authorization. */
  readonly requests: string[]
  close(): Promise<void>
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const gitName = (bytes: Buffer) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
const isLarge = (bytes: Buffer) => bytes.length > 100

/** Bytes with ranges, as a content delivery network serves them. */
export function serveBytes(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const start = Number(request.headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? Number.NaN)
  if (Number.isNaN(start)) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  } else if (start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  } else {
    const contentRange = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { 'content-range': contentRange, 'content-length': bytes.length - start })
    response.end(bytes.subarray(start))
  }
}

/** A stand-in for the Hub on this machine: listing, resolving, and a redirect to storage for large files. */
export async function hubServer({ files, intercept }: HubServerOptions): Promise<HubServer> {
  const commit = 'c0ffee'.padEnd(40, '0')
  const requests: string[] = []
  const tree = Object.entries(files).map(([path, bytes]) => ({
    type: 'file',
    path,
    size: bytes.length,
    oid: gitName(bytes),
    ...(isLarge(bytes) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
  }))
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const { range = '-', authorization = '-' } = request.headers
    requests.push(`${request.method} ${path.replace(/\?.*/, '')} ${range} ${authorization}`)
    if (intercept?.(request, response)) return
    const json = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const [, place, encoded = ''] = /^\/(storage|owner\/tiny\/resolve\/[^/]+)\/([^?]*)/.exec(path) ?? []
    const bytes = files[decodeURIComponent(encoded)]
    if (path.startsWith('/api/models/owner/tiny/revision/main?')) json({ id: 'owner/tiny', sha: commit })
    else if (path.startsWith(`/api/models/owner/tiny/tree/${commit}?`)) json(tree)
    else if (place === 'storage' && bytes) serveBytes(request, response, bytes)
    else if (place === `owner/tiny/resolve/${commit}` && bytes) {
      if (isLarge(bytes)) response.writeHead(302, { location: `/storage/${encoded}` }).end()
      else serveBytes(request, response, bytes)
    } else response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    commit,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
