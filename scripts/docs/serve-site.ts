import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { contentType } from '../../packages/core/test/browser/content-type.ts'
import { base, fileAt, site } from './built-site.ts'

/** Serves the built site locally, like a static host. */
export async function serveSite(): Promise<{ readonly address: string; close(): void }> {
  const server = createServer(({ url = '/' }, response) => {
    const file = fileAt(new URL(url, 'http://localhost').pathname)
    const type = contentType(file ?? '404.html')
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': type,
      'content-encoding': 'gzip',
      'cache-control': file?.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    })
    response.end(gzipSync(readFileSync(`${site}${file ?? '404.html'}`)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}${base}`, close: () => server.close() }
}
