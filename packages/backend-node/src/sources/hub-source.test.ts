import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type HubServerOptions, hubServer } from '../../test/hub-server.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { modelCache } from '../model-cache.ts'
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
