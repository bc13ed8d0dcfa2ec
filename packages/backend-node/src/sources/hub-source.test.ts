import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { files, gguf, tinyHub, weights } from '../../test/tiny-hub.ts'
import { hubSource } from './hub-source.ts'
import type { Progress } from './model-source.ts'

describe('hubSource', () => {
  test('fetches what a safetensors model needs, and asks nobody the second time', async () => {
    const { server, cache, options } = await tinyHub()
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
    const { cache, options } = await tinyHub({ files: gguf })
    const model = await hubSource({ ...options, file: 'tiny.F16.gguf' }).fetch(cache)
    expect(model).toMatchObject({ kind: 'gguf', path: expect.stringMatching(/tiny\.F16\.gguf$/) })
    expect(readFileSync(model.path).equals(weights.subarray(7))).toBe(true)
  })

  test('refuses a file that is not the one asked for, before it is downloaded', async () => {
    const { server, cache, options } = await tinyHub({ files: gguf })
    const source = hubSource({ ...options, file: 'tiny.F16.gguf', sha256: 'ab'.repeat(32) })
    await expect(source.fetch(cache)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(server.requests.some((line) => line.includes('resolve'))).toBe(false)
  })

  test('says what there is where there is no such model, file or weights', async () => {
    const { cache, options } = await tinyHub({ files: gguf })
    const missing = (more: object) => expect(hubSource({ ...options, ...more }).fetch(cache)).rejects
    await missing({ repo: 'owner/none' }).toMatchObject({
      code: 'NOT_FOUND',
      found: 'HTTP 404 (RepoNotFound)',
    })
    await missing({}).toMatchObject({ code: 'NOT_FOUND', found: expect.stringContaining('tiny.Q8_0.gguf') })
    await missing({ file: 'tiny.Q2_K.gguf' }).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('of a whole file, a variant, parts and other formats one set is fetched', async () => {
    const whole = {
      ...files,
      'model.safetensors': weights.subarray(2),
      'model.fp16.safetensors': weights.subarray(3),
    }
    const { server, cache, options } = await tinyHub({ files: whole })
    const model = await hubSource(options).fetch(cache)
    expect(readdirSync(model.path).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json'])
    expect(server.requests.filter((line) => line.includes('/resolve/'))).toHaveLength(3)
  })

  test('a variant alone is kept under the name that readers look for', async () => {
    const { 'config.json': config } = files
    const { cache, options } = await tinyHub({
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
    const { cache, options } = await tinyHub({
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
    const { server, cache, options } = await tinyHub()
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

  test('an abort is ABORTED and leaves the part for later', async () => {
    const { cache, options } = await tinyHub({ files: gguf })
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const source = hubSource({ ...options, file: 'tiny.F16.gguf' })
    const aborted = source.fetch(cache, { signal: controller.signal, onProgress })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(existsSync((await source.fetch(cache)).path)).toBe(true)
  })
})
