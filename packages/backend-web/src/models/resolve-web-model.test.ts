import { createHash } from 'node:crypto'
import { memoryStorage } from '@policypatch/core/platform'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { modelFolder, readRecord } from './model-record.ts'
import { resolveWebModel } from './resolve-web-model.ts'

const commit = 'c0ffee'.padEnd(40, '0')
const bytesOf = (text: string) => new TextEncoder().encode(text)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A stand-in for the Hub: what it was asked for, and its fetch. Responses for a path take the place of the file. */
function hub(
  files: Readonly<Record<string, string>>,
  instead: Readonly<Record<string, () => Response>> = {},
) {
  const asked: string[] = []
  const tree = Object.entries(files).map(([path, text]) => ({
    type: 'file',
    path,
    size: 130,
    oid: 'a'.repeat(40),
    lfs: { oid: sha256(text), size: text.length, pointerSize: 130 },
  }))
  const fetch = async (input: unknown) => {
    const { href, pathname } = new URL(String(input))
    asked.push(href)
    if (pathname.includes('/revision/')) return Response.json({ sha: commit })
    if (pathname.includes('/tree/')) return Response.json(tree)
    const path = decodeURIComponent(pathname.split(`/resolve/${commit}/`)[1] ?? '')
    return instead[path]?.() ?? new Response(files[path])
  }
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

beforeEach(() => {
  vi.stubGlobal('navigator', {})
  // As in a Worker.
  vi.stubGlobal(
    'FileSystemFileHandle',
    class {
      createSyncAccessHandle() {}
    },
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('resolveWebModel', () => {
  const quantized = {
    'Q8_0 +/tiny-00001-of-00002.gguf': 'first',
    'Q8_0 +/tiny-00002-of-00002.gguf': 'second',
    'tiny-Q4_0.gguf': 'small',
  }

  test.each([
    'owner/tiny/Q8_0 +/tiny-00001-of-00002.gguf',
    'https://huggingface.co/owner/tiny/blob/main/Q8_0%20%2B/tiny-00002-of-00002.gguf',
  ])('%s: the parts of one model lie beside each other', async (id) => {
    const storage = memoryStorage()
    const { fetch, asked } = hub({ ...quantized, 'Q8_0 +/tiny-Q2_K.gguf': 'other' })
    const { path, kind } = await resolveWebModel(id, { storage, fetch })
    const folder = await modelFolder(id)
    expect({ path, kind }).toEqual({ path: `${folder}/tiny-00001-of-00002.gguf`, kind: 'gguf' })
    expect(await storage.read(`${folder}/tiny-00002-of-00002.gguf`)).toEqual(bytesOf('second'))
    expect(asked.filter((url) => url.includes('/resolve/'))).toHaveLength(2)
    expect(await readRecord(storage, folder)).toMatchObject({ id, complete: true })
  })

  test('the address of one part stands for all of them', async () => {
    const storage = memoryStorage()
    const asked: string[] = []
    const fetch = async (input: unknown) => {
      asked.push(String(input))
      return new Response(asked.length === 1 ? 'first' : 'second')
    }
    const { path, kind } = await resolveWebModel('https://host.example/d/m-00002-of-00002.gguf?key=1', {
      storage,
      fetch: fetch as typeof globalThis.fetch,
    })
    expect(asked).toEqual([1, 2].map((no) => `https://host.example/d/m-0000${no}-of-00002.gguf?key=1`))
    expect(kind).toBe('gguf')
    expect(await storage.read(path)).toEqual(bytesOf('first'))
    expect(await storage.read(path.replace('00001-of', '00002-of'))).toEqual(bytesOf('second'))
  })

  test('a part that is missing is named, at an address and on the Hub', async () => {
    const storage = memoryStorage()
    const fetch = async (input: unknown) =>
      String(input).includes('00002-of') ? new Response('none', { status: 404 }) : new Response('first')
    const address = 'https://host.example/d/m-00001-of-00002.gguf'
    await expect(
      resolveWebModel(address, { storage, fetch: fetch as typeof globalThis.fetch }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('m-00002-of-00002.gguf') })
    const listed = hub({ 'tiny-00001-of-00002.gguf': 'first' })
    await expect(resolveWebModel('owner/tiny', { storage, fetch: listed.fetch })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      expected: '2 parts of tiny in owner/tiny',
    })
    expect(listed.asked.some((url) => url.includes('/resolve/'))).toBe(false)
  })

  test('a quantization is asked for by name', async () => {
    const storage = memoryStorage()
    const { fetch } = hub(quantized)
    const { path } = await resolveWebModel('owner/tiny:q4_0', { storage, fetch })
    expect(await storage.read(path)).toEqual(bytesOf('small'))
    await expect(resolveWebModel('owner/tiny', { storage, fetch })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('the terms of a known model are said before it is fetched, and no others', async () => {
    const said: string[] = []
    const fetch = (async (input: unknown) => {
      said.push(`fetch ${input}`)
      return new Response('other')
    }) as typeof globalThis.fetch
    const onNotice = (line: string) => said.push(line)
    const options = { storage: memoryStorage(), fetch, onNotice }
    await expect(resolveWebModel('google/gemma-3-270m', options)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
    expect(said.slice(0, 2)).toEqual([
      expect.stringContaining('Gemma Terms of Use'),
      expect.stringMatching(/^fetch .*gguf$/),
    ])
    said.length = 0
    await expect(resolveWebModel('HuggingFaceTB/SmolLM2-135M-Instruct', options)).rejects.toThrow()
    expect(said.join()).not.toMatch(/Terms/)
  })

  test('a body without end is left at the size that is listed', async () => {
    let pieces = 0
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pieces++
          controller.enqueue(new Uint8Array(1000))
        },
      })
    const { fetch } = hub(quantized, { 'tiny-Q4_0.gguf': () => new Response(body()) })
    const failing = resolveWebModel('owner/tiny:Q4_0', { storage: memoryStorage(), fetch })
    await expect(failing).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', found: 'more' })
    expect(pieces).toBeLessThan(100)
  })

  test('what is kept and has another length by now is fetched again', async () => {
    const storage = memoryStorage()
    const { fetch, asked } = hub(quantized)
    const resolve = () => resolveWebModel('owner/tiny:Q4_0', { storage, fetch })
    const { path } = await resolve()
    const before = asked.length
    await resolve()
    expect(asked).toHaveLength(before)
    for (const damaged of ['sm', 'small and more']) {
      await storage.write(path, bytesOf(damaged))
      await resolve()
      expect(await storage.read(path)).toEqual(bytesOf('small'))
    }
    await storage.remove(path)
    await resolve()
    expect(await storage.read(path)).toEqual(bytesOf('small'))
  })

  test('a file of another address is taken as it is, under a name that is no path', async () => {
    const storage = memoryStorage()
    let text = 'weights'
    const fetch = (async () => new Response(text)) as typeof globalThis.fetch
    const url = 'https://example.com/..%2F..%2Ftiny%E0.gguf'
    await resolveWebModel(url, { storage, fetch })
    const folder = await modelFolder(url)
    const [name] = (await storage.list(folder)).filter((file) => file !== 'model.json')
    expect(name).not.toContain('/')
    text = 'longer weights'
    await storage.write(`${folder}/${name}`, bytesOf('cut'))
    const { path } = await resolveWebModel(url, { storage, fetch })
    expect(await storage.read(path)).toEqual(bytesOf(text))
  })

  test('a web page in place of the file is refused', async () => {
    const page = () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
    const fetch = (async () => page()) as typeof globalThis.fetch
    const failing = resolveWebModel('https://example.com/tiny.gguf', { storage: memoryStorage(), fetch })
    await expect(failing).rejects.toMatchObject({ code: 'MALFORMED', found: 'a web page' })
  })
})
