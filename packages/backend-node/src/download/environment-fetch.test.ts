import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { environmentFetch } from './environment-fetch.ts'

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { server, host: `127.0.0.1:${port}` }
}

/** A server behind a proxy that notes what it is asked for, and answers for any host. */
async function behindProxy() {
  const asked: string[] = []
  const { host: target } = await serve(({ headers }, response) => {
    response.end(`from ${headers.host}`)
  })
  const { server, host: proxy } = await serve(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? '-'}`)
    response.end('through the proxy')
  })
  server.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`)
    const [name, port] = target.split(':')
    const onward = connect(Number(port), name, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  return { asked, target, proxy }
}

/** Sets the proxies of the environment, and no others. */
function environment(values: Readonly<Record<string, string>>) {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy']) {
    vi.stubEnv(name, values[name] ?? '')
    vi.stubEnv(name.toUpperCase(), values[name.toUpperCase()] ?? '')
  }
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

const read = async (url: string) => (await environmentFetch(url)).text()

test('without a proxy the platform asks itself', async () => {
  const { target, asked } = await behindProxy()
  environment({})
  expect(await read(`http://${target}/x`)).toBe(`from ${target}`)
  expect(asked).toEqual([])
})

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])(
  '%s takes requests of http as they are',
  async (name) => {
    const { asked, proxy } = await behindProxy()
    environment({ [name]: `http://me:secret@${proxy}` })
    expect(await read('http://hub.test/api?x=1')).toBe('through the proxy')
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(asked).toEqual([`GET http://hub.test/api?x=1 ${authorization}`])
  },
)

test('an address of a proxy without a scheme is one of http', async () => {
  const { asked, proxy } = await behindProxy()
  environment({ HTTP_PROXY: proxy })
  expect(await read('http://hub.test/')).toBe('through the proxy')
  expect(asked).toEqual(['GET http://hub.test/ -'])
})

test('HTTPS_PROXY is asked for a tunnel, and the lower-case name goes before', async () => {
  const { asked, proxy } = await behindProxy()
  environment({ https_proxy: `http://${proxy}`, HTTPS_PROXY: 'http://127.0.0.1:9' })
  // The other end of the tunnel speaks no TLS.
  await expect(read('https://hub.test/')).rejects.toThrow('fetch failed')
  expect(asked).toEqual(['CONNECT hub.test:443'])
})

test('hosts of NO_PROXY are omitting it', async () => {
  const { asked, target, proxy } = await behindProxy()
  for (const name of ['NO_PROXY', 'no_proxy']) {
    environment({ HTTP_PROXY: `http://${proxy}`, [name]: 'example.com,127.0.0.1' })
    expect(await read(`http://${target}/`)).toBe(`from ${target}`)
  }
  expect(asked).toEqual([])
})

test('what is no address of a proxy is refused by the name of its setting, and not shown', async () => {
  for (const value of ['http://a b:secret', 'ftp://secret']) {
    environment({ HTTPS_PROXY: value })
    await expect(read('https://hub.test/')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/HTTPS_PROXY(?!.*secret)/),
    })
  }
})
