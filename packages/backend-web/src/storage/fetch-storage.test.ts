import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readWithin } from '@policypatch/core/platform'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchStorage } from './fetch-storage.ts'

let sent = 0
const server = createServer((request, response) => {
  const chunk = Buffer.alloc(65_536)
  const isRange = request.url === '/ranges'
  const total = request.headers.range === 'bytes=0-0' ? 1 : Number.POSITIVE_INFINITY
  if (isRange) response.writeHead(206, { 'content-range': 'bytes 0-0/100' })
  if (isRange && total === 1) return void response.end('a')
  if (request.url === '/short') return void response.end('whole')
  const send = () => {
    while (!response.destroyed && response.write(chunk)) sent += chunk.length
  }
  response.on('drain', send)
  send()
})
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const storage = () => fetchStorage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

test('a file without an end is left after the bytes that are taken', async () => {
  await expect(readWithin(storage(), 'endless', 100_000)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  await expect(readWithin(storage(), 'ranges', 100_000)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(sent).toBeLessThan(50e6)
})

test('one that is short enough is read', async () => {
  expect(new TextDecoder().decode(await readWithin(storage(), 'short', 5))).toBe('whole')
})
