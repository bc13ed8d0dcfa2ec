import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openStore } from './open-store.ts'

// What the client makes of answers. Against an S3 that is none of ours it is held by compare/cluster/s3.ts.
const objects = new Map<string, Buffer>()
let full = false
let server: Server

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://s3').pathname)
    const fail = (status: number, code: string) =>
      response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256')) return fail(403, 'AccessDenied')
      if (!path.startsWith('/patches/')) return fail(404, 'NoSuchBucket')
      if (request.method === 'PUT') {
        if (full) return fail(507, 'XMinioStorageFull')
        objects.set(path, Buffer.concat(chunks))
        return response.end()
      }
      const found = objects.get(path)
      return found ? response.end(request.method === 'HEAD' ? undefined : found) : fail(404, 'NoSuchKey')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(() => {
  full = false
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.close()
})

it('keeps bytes under the prefix, and has nothing where nothing was put', async () => {
  const store = await openStore('s3://patches/runs/')
  expect(store.place).toBe('s3://patches/runs')
  expect(await store.has('outcomes/ab')).toBe(false)
  expect(await store.get('outcomes/ab')).toBeUndefined()
  await store.put('outcomes/ab', Uint8Array.of(1, 0, 255))
  expect([...objects.keys()]).toEqual(['/patches/runs/outcomes/ab'])
  expect(await store.has('outcomes/ab')).toBe(true)
  expect([...((await store.get('outcomes/ab')) ?? [])]).toEqual([1, 0, 255])
  store.close()
})

it('tells a bucket that is absent, a store that is full and one that is not there from an absent object', async () => {
  const other = await openStore('s3://nobody')
  await expect(other.get('a')).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    found: expect.stringContaining('NoSuchBucket'),
  })
  await expect(other.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  const store = await openStore('s3://patches')
  full = true
  await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({
    ...{ code: 'STORAGE_FAILED', expected: expect.stringContaining('s3://patches') },
    ...{ found: expect.stringContaining('XMinioStorageFull'), remedy: expect.stringContaining('room') },
  })
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
  const away = await openStore('s3://patches')
  await expect(away.get('a')).rejects.toMatchObject({ code: 'UNREACHABLE' })
})

it('refuses what is neither a bucket nor a folder', async () => {
  for (const place of ['s3://', 'gs://patches']) {
    await expect(openStore(place)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: place })
  }
})
