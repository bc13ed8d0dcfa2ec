import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gguf, tinyHub, weights } from '../../test/tiny-hub.ts'
import { hubSource } from './hub-source.ts'

const everyFile = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())

describe('a Hub that fails, refuses or lies', () => {
  test('goes on after a connection that was cut', async () => {
    let cuts = 0
    const { server, cache, options } = await tinyHub({
      files: gguf,
      intercept(request, response) {
        if (!request.url?.startsWith('/storage/') || cuts++ > 0) return false
        response.writeHead(200, { 'content-length': weights.length })
        response.write(weights.subarray(0, 60_000), () => setTimeout(() => response.destroy(), 20))
        return true
      },
    })
    const model = await hubSource({ ...options, file: 'tiny.Q8_0.gguf' }).fetch(cache)
    expect(readFileSync(model.path).equals(weights)).toBe(true)
    expect(server.requests.at(-1)).toBe('GET /storage/tiny.Q8_0.gguf bytes=60000- -')
  })

  test('refuses content that the Hub did not announce, for large files and small ones', async () => {
    for (const name of ['tokenizer.json', 'config.json']) {
      const { cache, options } = await tinyHub({
        intercept(request, response) {
          if (!request.url?.match(`(resolve/.*|storage)/${name}`)) return false
          response.end('altered')
          return true
        },
      })
      await expect(hubSource(options).fetch(cache)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
        expected: expect.stringContaining(name),
      })
      expect(await hubSource(options).cached?.(cache)).toBeUndefined()
    }
  })

  test('a gated model names HF_TOKEN; the token goes to the Hub alone', async () => {
    const { server, cache, options } = await tinyHub({
      files: gguf,
      intercept(request, response) {
        if (request.headers.authorization === 'Bearer secret' || request.url?.startsWith('/storage/'))
          return false
        response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end()
        return true
      },
    })
    const gated = hubSource({ ...options, file: 'tiny.F16.gguf' }).fetch(cache)
    await expect(gated).rejects.toMatchObject({
      code: 'UNREACHABLE',
      found: 'HTTP 401 (GatedRepo)',
      remedy: expect.stringContaining('HF_TOKEN'),
    })
    await hubSource({ ...options, file: 'tiny.F16.gguf', token: 'secret' }).fetch(cache)
    expect(server.requests.filter((line) => line.endsWith('Bearer secret'))).not.toEqual([])
  })

  test('repeats after 503, and does not wait for a Hub that hangs', async () => {
    let busy = 2
    const { server, cache, options } = await tinyHub({
      intercept(_, response) {
        if (busy-- <= 0) return false
        response.writeHead(503).end()
        return true
      },
    })
    await hubSource(options).fetch(cache)
    expect(server.requests.slice(0, 3)).toEqual(Array(3).fill('GET /api/models/owner/tiny/revision/main - -'))
    const silent = await tinyHub({ intercept: () => true })
    const impatient = hubSource({ ...silent.options, responseTimeout: 300 })
    await expect(impatient.fetch(silent.cache)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      found: 'none within 0.3 s',
    })
    expect(silent.server.requests).toHaveLength(1)
  })

  test('a body without end is left at the size that is listed', async () => {
    let sent = 0
    const { server, cache, options } = await tinyHub({
      files: gguf,
      intercept(request, response) {
        if (!request.url?.startsWith('/storage/')) return false
        response.writeHead(200)
        const send = () => {
          while (!response.destroyed && response.write(weights)) sent += weights.length
        }
        response.on('drain', send)
        send()
        return true
      },
    })
    const source = hubSource({ ...options, file: 'tiny.F16.gguf' })
    await expect(source.fetch(cache)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', found: 'more' })
    expect(sent).toBeLessThan(50e6)
    expect(everyFile(cache.folder)).toEqual([])
    expect(server.requests.filter((line) => line.includes('/storage/'))).toHaveLength(1)
  })

  test('a listing that says more than the disk holds is refused before the download', async () => {
    const { server, cache, options } = await tinyHub({
      files: gguf,
      intercept(request, response) {
        if (!request.url?.includes('/tree/')) return false
        const lfs = { oid: 'ab'.repeat(32), size: 2 ** 52, pointerSize: 130 }
        response.end(
          JSON.stringify([{ type: 'file', path: 'tiny.gguf', size: 130, oid: 'a'.repeat(40), lfs }]),
        )
        return true
      },
    })
    await expect(hubSource(options).fetch(cache)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      expected: expect.stringContaining(`${2 ** 52} more bytes`),
    })
    expect(server.requests.some((line) => line.includes('/resolve/'))).toBe(false)
  })

  test('redirects that go round are left at once', async () => {
    const { server, cache, options } = await tinyHub({
      files: gguf,
      intercept(request, response) {
        if (!request.url?.includes('/resolve/')) return false
        response.writeHead(302, { location: request.url }).end()
        return true
      },
    })
    const failing = hubSource({ ...options, file: 'tiny.F16.gguf', retryDelay: 60_000 }).fetch(cache)
    await expect(failing).rejects.toMatchObject({ code: 'UNREACHABLE', found: 'redirect count exceeded' })
    expect(server.requests.length).toBeLessThan(30)
  })
})
