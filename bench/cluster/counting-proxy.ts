import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy to a local server that counts the bytes passing in both directions. */
export interface CountingProxy {
  readonly url: string
  readonly bytes: number
  close(): void
}

/** @param url `redis://HOST:PORT` */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let bytes = 0
  const pass = (from: Socket, to: Socket) => {
    open.add(from)
    from.on('data', (data) => {
      bytes += data.length
    })
    from.on('error', () => to.destroy())
    from.pipe(to)
  }
  const server = createServer((client) => {
    const behind = connect(Number(port), hostname)
    pass(client, behind)
    pass(behind, client)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bytes() {
      return bytes
    },
    close() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
