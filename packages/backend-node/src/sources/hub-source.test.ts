import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type HubServerOptions, hubServer } from '../../test/hub-server.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { modelCache } from '../download/model-cache.ts'
import { hubSource } from './hub-source.ts'
import type { Progress } from './model-source.ts'

const weights = Buffer.alloc(200_000, 'weights')
const files = {
  'README.md': Buffer.from('# tiny'),
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.alloc(500, ' '),
  'model-00001-of-00002.safetensors': weights,
  'model-00002-of-00002.safetensors': weights.subarray(1),
  'model.safetensors.index.json': Buffer.from('{}'),
  'consolidated.safetensors': weights,
  'pytorch_model.bin': weights,
}
const gguf = { 'tiny.Q8_0.gguf': weights, 'tiny.F16.gguf': weights.subarray(7) }
const patience = { retryDelay: 1, retries: 2, token: '' }

async function hub(options: Partial<HubServerOptions> = {}) {
  const server = await hubServer({ files, ...options })
  onTestFinished(server.close)
  const cache = modelCache(await temporaryFolder())
  return { server, cache, options: { repo: 'owner/tiny', hubUrl: server.url, ...patience } }
}

const everyFile = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())

describe('hubSource', () => {
  test('fetches what a safetensors model needs, and asks nobody the second time', async () => {
    const { server, cache, options } = await hub()
    const progress: Progress[] = []
    const model = await hubSource(options).fetch(cache, { onProgress: (step) => progress.push(step) })
    expect(model.kind).toBe('safetensors')
    expect(readdirSync(model.path).sort()).toEqual([
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'tokenizer.json',
    ])
    expect(
      readFileSync(join(model.path, 'model-00002-of-00002.safetensors')).equals(weights.subarray(1)),
    ).toBe(true)
    const size = 400_000 - 1 + 500 + 22 + 2
    expect(progress.at(-1)).toMatchObject({ done: size, total: size })
    const asked = server.requests.length
    expect(await hubSource(options).cached?.(cache)).toMatchObject({ path: model.path })
    await hubSource(options).fetch(cache)
    expect(server.requests).toHaveLength(asked)
  })

  test('fetches one GGUF file, by the digest that the Hub gives', async () => {
    const { cache, options } = await hub({ files: gguf })
    const model = await hubSource({ ...options, file: 'tiny.F16.gguf' }).fetch(cache)
    expect(model).toMatchObject({ kind: 'gguf', path: expect.stringMatching(/tiny\.F16\.gguf$/) })
    expect(readFileSync(model.path).equals(weights.subarray(7))).toBe(true)
  })

  test('goes on after a connection that was cut', async () => {
    let cuts = 0
    const { server, cache, options } = await hub({
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
      const { cache, options } = await hub({
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

  test('refuses a file that is not the one asked for, before it is downloaded', async () => {
    const { server, cache, options } = await hub({ files: gguf })
    const source = hubSource({ ...options, file: 'tiny.F16.gguf', sha256: 'ab'.repeat(32) })
    await expect(source.fetch(cache)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(server.requests.some((line) => line.includes('resolve'))).toBe(false)
  })

  test('says what there is where there is no such model, file or weights', async () => {
    const { cache, options } = await hub({ files: gguf })
    const missing = (more: object) => expect(hubSource({ ...options, ...more }).fetch(cache)).rejects
    await missing({ repo: 'owner/none' }).toMatchObject({
      code: 'NOT_FOUND',
      found: 'HTTP 404 (RepoNotFound)',
    })
    await missing({}).toMatchObject({ code: 'NOT_FOUND', found: expect.stringContaining('tiny.Q8_0.gguf') })
    await missing({ file: 'tiny.Q2_K.gguf' }).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a gated model names HF_TOKEN; the token goes to the Hub alone', async () => {
    const { server, cache, options } = await hub({
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
    const { server, cache, options } = await hub({
      intercept(_, response) {
        if (busy-- <= 0) return false
        response.writeHead(503).end()
        return true
      },
    })
    await hubSource(options).fetch(cache)
    expect(server.requests.slice(0, 3)).toEqual(Array(3).fill('GET /api/models/owner/tiny/revision/main - -'))
    const silent = await hub({ intercept: () => true })
    const impatient = hubSource({ ...silent.options, responseTimeout: 300 })
    await expect(impatient.fetch(silent.cache)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      found: 'none within 0.3 s',
    })
    expect(silent.server.requests).toHaveLength(1)
  })

  test('of a whole file, a variant, parts and other formats one set is fetched', async () => {
    const whole = {
      ...files,
      'model.safetensors': weights.subarray(2),
      'model.fp16.safetensors': weights.subarray(3),
    }
    const { server, cache, options } = await hub({ files: whole })
    const model = await hubSource(options).fetch(cache)
    expect(readdirSync(model.path).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json'])
    expect(server.requests.filter((line) => line.includes('/resolve/'))).toHaveLength(3)
  })

  test('a variant alone is kept under the name that readers look for', async () => {
    const { 'config.json': config } = files
    const { cache, options } = await hub({
      files: { 'config.json': config, 'model.fp16.safetensors': weights },
    })
    const model = await hubSource(options).fetch(cache)
    expect(readFileSync(join(model.path, 'model.safetensors')).equals(weights)).toBe(true)
    expect(await hubSource(options).cached?.(cache)).toMatchObject({ path: model.path })
  })

  test('a quantization in a folder and in parts, by names that addresses must spell otherwise', async () => {
    const folder = 'Q8_0 é#1%20'
    const parts = {
      [`${folder}/tiny+-00001-of-00002.gguf`]: weights,
      [`${folder}/tiny+-00002-of-00002.gguf`]: gguf['tiny.F16.gguf'],
    }
    const { cache, options } = await hub({
      files: { ...parts, 'Q4_0/tiny.gguf': weights, 'mmproj-F16.gguf': weights },
    })
    await expect(hubSource(options).fetch(cache)).rejects.toThrow(/owner\/tiny:Q4_0/)
    const source = hubSource({ ...options, file: `${folder}/tiny+-00002-of-00002.gguf` })
    const model = await source.fetch(cache)
    expect(model.kind).toBe('gguf')
    expect(model.path).toMatch(/tiny\+-00001-of-00002\.gguf$/)
    expect(readdirSync(dirname(model.path))).toEqual([
      'tiny+-00001-of-00002.gguf',
      'tiny+-00002-of-00002.gguf',
    ])
    expect(await source.cached?.(cache)).toMatchObject({ path: model.path })
    const other = await hubSource({ ...options, quantization: 'q4_0' }).fetch(cache)
    expect(other.path).toMatch(/Q4_0.tiny\.gguf$/)
  })

  test('a file of the cache that was cut, changed or lengthened is fetched again', async () => {
    const { server, cache, options } = await hub()
    const source = hubSource(options)
    const { path } = await source.fetch(cache)
    const part = join(path, 'model-00002-of-00002.safetensors')
    const altered = Buffer.concat([Buffer.from('x'), weights.subarray(2)])
    for (const damage of [weights.subarray(0, 100), altered, Buffer.concat([weights, weights])]) {
      writeFileSync(part, damage)
      utimesSync(part, 1, 1)
      expect(await source.cached?.(cache)).toBeUndefined()
      const asked = server.requests.length
      await source.fetch(cache)
      expect(readFileSync(part).equals(weights.subarray(1))).toBe(true)
      expect(server.requests.slice(asked).filter((line) => line.includes('/resolve/'))).toHaveLength(1)
    }
    // Touched, but the same: it is hashed once, and not fetched.
    utimesSync(part, 2, 2)
    expect(await source.cached?.(cache)).toMatchObject({ path })
  })

  test('a body without end is left at the size that is listed', async () => {
    let sent = 0
    const { server, cache, options } = await hub({
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
    const { server, cache, options } = await hub({
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
    const { server, cache, options } = await hub({
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

  test('an abort is ABORTED and leaves the part for later', async () => {
    const { cache, options } = await hub({ files: gguf })
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const source = hubSource({ ...options, file: 'tiny.F16.gguf' })
    const aborted = source.fetch(cache, { signal: controller.signal, onProgress })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(existsSync((await source.fetch(cache)).path)).toBe(true)
  })
})
