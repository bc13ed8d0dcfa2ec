import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { serveBytes } from '../../test/hub-server.ts'
import { download } from './download.ts'

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251))
const digest = { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') } as const
const patience = { retryDelay: 1, retries: 2 }

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

async function serve(handler: Handler) {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    ranges.push(request.headers.range)
    handler(request, response, ranges.length)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  onTestFinished(close)
  const folder = await temporaryFolder()
  const target = join(folder, 'model.gguf')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`
  return { ranges, close, folder, target, request: { url, target, digest, ...patience } }
}

/** Sends a part of the file with the length of the whole, and cuts the connection. */
function cut(response: ServerResponse, end: number) {
  response.writeHead(200, { 'content-length': content.length })
  response.write(content.subarray(0, end), () => setTimeout(() => response.destroy(), 20))
}

test('goes on where the connection was cut', async () => {
  const { request, ranges, folder, target } = await serve((incoming, response, count) =>
    count === 1 ? cut(response, 100_000) : serveBytes(incoming, response, content),
  )
  const progress: number[] = []
  await download({ ...request, onProgress: (done) => progress.push(done) })
  expect(readFileSync(target).equals(content)).toBe(true)
  expect(readdirSync(folder)).toEqual(['model.gguf'])
  expect(ranges).toEqual([undefined, 'bytes=100000-'])
  expect(progress.at(-1)).toBe(content.length)
  expect(progress).toEqual([...progress].sort((a, b) => a - b))
})

test('takes up the part of an earlier run, and that of a process that is gone', async () => {
  const { request, ranges, target } = await serve((incoming, response) =>
    serveBytes(incoming, response, content),
  )
  writeFileSync(`${target}.partial`, content.subarray(0, 50_000))
  await download(request)
  const other = { ...request, target: `${target}2` }
  const label = hostname().replace(/[^\w-]/g, '-')
  writeFileSync(`${target}2.${label}.4194999.0123abcd.partial`, content.subarray(0, 70_000))
  writeFileSync(`${target}2.${label}.${process.pid}.0123abcd.partial`, 'in use')
  await download(other)
  expect(ranges).toEqual(['bytes=50000-', 'bytes=70000-'])
  expect(readFileSync(other.target).equals(content)).toBe(true)
  expect(readFileSync(`${target}2.${label}.${process.pid}.0123abcd.partial`, 'utf8')).toBe('in use')
})

test('two downloads of one file at once do not disturb each other', async () => {
  const { request, folder, target } = await serve((incoming, response) =>
    serveBytes(incoming, response, content),
  )
  await Promise.all([download(request), download(request), download(request)])
  expect(readFileSync(target).equals(content)).toBe(true)
  expect(readdirSync(folder)).toEqual(['model.gguf'])
})

test('starts again where the server knows no ranges', async () => {
  const { request, target } = await serve((_, response) => response.end(content))
  writeFileSync(`${target}.partial`, 'x'.repeat(400_000))
  await download(request)
  expect(readFileSync(target).equals(content)).toBe(true)
})

test('a part that is whole already, or too long, is noticed', async () => {
  const { request, target } = await serve((incoming, response) => serveBytes(incoming, response, content))
  for (const part of [content, Buffer.concat([content, content])]) {
    const own = `${target}${part.length}`
    writeFileSync(`${own}.partial`, part)
    await download({ ...request, target: own })
    expect(readFileSync(own).equals(content)).toBe(true)
  }
})

test('a wrong digest names both and leaves nothing', async () => {
  const { request, folder } = await serve((_, response) => response.end('something else'))
  const found = createHash('sha256').update('something else').digest('hex')
  await expect(download(request)).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    expected: expect.stringContaining(digest.hex),
    found,
  })
  expect(readdirSync(folder)).toEqual([])
})

test('waits out 503 and 429', async () => {
  const { request, ranges, target } = await serve((incoming, response, count) => {
    if (count > 2) serveBytes(incoming, response, content)
    else response.writeHead(count === 1 ? 503 : 429, { 'retry-after': '0' }).end('later')
  })
  await download(request)
  expect(ranges).toHaveLength(3)
  expect(existsSync(target)).toBe(true)
})

test('gives up after as many repetitions as it was told', async () => {
  const { request, ranges } = await serve((_, response) => response.writeHead(503).end())
  await expect(download(request)).rejects.toMatchObject({ code: 'UNREACHABLE', found: 'HTTP 503, 3 times' })
  expect(ranges).toHaveLength(3)
})

test('does not wait for a server that does not answer', async () => {
  const { request, ranges } = await serve(() => {})
  await expect(download({ ...request, responseTimeout: 300 })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: 'none within 0.3 s',
  })
  expect(ranges).toHaveLength(1)
})

test('a server that falls silent is left, and what came is kept', async () => {
  const { request, target } = await serve((_, response, count) => {
    if (count > 1) return
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1000))
  })
  const impatient = { ...request, responseTimeout: 1000, stallTimeout: 500 }
  await expect(download(impatient)).rejects.toMatchObject({ code: 'UNREACHABLE' })
  expect(readFileSync(`${target}.partial`)).toHaveLength(1000)
})

test('says at once that nobody listens', async () => {
  const { request, close } = await serve(() => {})
  await close()
  const failing = download({ ...request, retryDelay: 60_000 })
  await expect(failing).rejects.toMatchObject({ code: 'UNREACHABLE', found: 'ECONNREFUSED' })
})

test('an abort keeps the part, and the next run goes on from it', async () => {
  const controller = new AbortController()
  const { request, ranges, target } = await serve((incoming, response, count) => {
    if (count > 1) return serveBytes(incoming, response, content)
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1000))
  })
  const onProgress = (done: number) => done === 1000 && controller.abort()
  const aborted = download({
    ...request,
    signal: controller.signal,
    onProgress: (done) => void onProgress(done),
  })
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  expect(readFileSync(`${target}.partial`)).toHaveLength(1000)
  await download(request)
  expect(ranges).toEqual([undefined, 'bytes=1000-'])
})
