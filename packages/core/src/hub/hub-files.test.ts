import { describe, expect, test } from 'vitest'
import { listHubFiles } from './hub-files.ts'

const hubUrl = 'https://hub.test'
const commit = 'c0ffee'.padEnd(40, '0')
const blob = (path: string, size = 10) => ({ type: 'file', path, size, oid: 'a'.repeat(40) })
const large = (path: string, size = 1000) => ({
  ...blob(path, 130),
  lfs: { oid: 'b'.repeat(64), size, pointerSize: 130 },
})
const model = [blob('config.json'), blob('tokenizer.json'), large('model.safetensors')]

type Answer = (url: URL) => unknown

/** What a stand-in for a Hub is asked, and the listing made of its answers: values are sent as JSON. */
function listing(answer: Answer, more: { revision?: string; timeout?: number } = {}) {
  const asked: string[] = []
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const url = new URL(String(input))
    asked.push(url.href)
    init.signal?.throwIfAborted()
    const value = answer(url)
    return value instanceof Response ? value : Response.json(value)
  }
  const id = { repo: 'owner/tiny', file: undefined, quantization: undefined, revision: 'main', ...more }
  return { asked, files: listHubFiles({ ...id, hubUrl, fetch: fetch as typeof globalThis.fetch }) }
}

const hub =
  (tree: unknown): Answer =>
  ({ pathname }) =>
    pathname.includes('/revision/') ? { sha: commit } : tree

/** A page of a listing that names the next one. */
const page = (next: string) => Response.json(model, { headers: { link: `<${next}>; rel="next"` } })

/** Bytes without end, and how many of them were taken. */
function endless(text: string) {
  const taken = { bytes: 0 }
  const piece = new TextEncoder().encode(text.repeat(1024))
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += piece.length
      controller.enqueue(piece)
    },
  })
  return { taken, response: new Response(body) }
}

describe('listHubFiles', () => {
  test('gives each file with its size and digest, those in large-file storage by SHA-256', async () => {
    const { commit: found, kind, files } = await listing(hub([blob('README.md'), ...model])).files
    expect({ found, kind }).toEqual({ found: commit, kind: 'safetensors' })
    const small = { size: 10, digest: { algorithm: 'git-blob', hex: 'a'.repeat(40) } }
    expect(files).toEqual([
      { path: 'config.json', name: 'config.json', ...small },
      { path: 'tokenizer.json', name: 'tokenizer.json', ...small },
      {
        path: 'model.safetensors',
        name: 'model.safetensors',
        size: 1000,
        digest: { algorithm: 'sha256', hex: 'b'.repeat(64) },
      },
    ])
  })

  test('follows pages of its own host, and no revision is asked for where it is a commit', async () => {
    const next = `${hubUrl}/api/models/owner/tiny/tree/${commit}?cursor=2`
    const pages = [
      Response.json(model.slice(0, 1), { headers: { link: `<${next}>; rel="next"` } }),
      Response.json(model.slice(1)),
    ]
    const { asked, files } = listing(() => pages.shift(), { revision: commit })
    expect((await files).files).toHaveLength(3)
    expect(asked[1]).toBe(next)
  })

  test('asks the index which parts there are, where their names do not say', async () => {
    const parts = ['a.safetensors', 'b.safetensors']
    const index = 'model.safetensors.index.json'
    const weight_map = { x: parts[0], y: parts[1], z: parts[0] }
    const bytes = JSON.stringify({ weight_map })
    const tree = [...parts.map((name) => large(name)), large('c.safetensors'), blob(index, bytes.length)]
    const answer: Answer = (url) => (url.pathname.endsWith(index) ? new Response(bytes) : hub(tree)(url))
    const { files } = await listing(answer).files
    expect(files.map(({ name }) => name)).toEqual([index, ...parts])
    const lacking = listing((url) =>
      url.pathname.endsWith(index) ? { weight_map: { x: '../a' } } : hub(tree)(url),
    )
    await expect(lacking.files).rejects.toMatchObject({ code: 'NOT_FOUND', found: 'no "../a"' })
  })

  test.each([
    ['null', null, /found "null"/],
    ['a web page', new Response('<!doctype html><title>Log in</title>'), /found a web page.*login/],
    ['an empty answer', new Response(''), /found nothing/],
    ['an object', { error: 'none' }, /Expected an array in JSON/],
    ['entries that are none', [null], /a listing of files/],
    ['deep nesting', new Response('['.repeat(100_000)), /an answer in JSON/],
    ['sizes below zero', [{ ...blob('model.safetensors'), size: -1 }], /size/],
    ['no digest', [{ type: 'file', path: 'model.safetensors', size: 3 }], /the digest of model.safetensors/],
    [
      'a digest that is none',
      [{ ...blob('model.safetensors'), oid: 'xyz' }],
      /the digest of model.safetensors/,
    ],
    ['a path upwards', [...model, blob('../config.json')], /a path outside the folder: "..\/config.json"/],
    ['an absolute path', [...model, blob('/etc/passwd')], /a path outside the folder/],
    ['a backslash', [...model, blob('..\\x')], /a backslash/],
    ['a drive', [...model, blob('C:x.json')], /starts with a drive/],
    ['NUL', [...model, blob('x\0.json')], /a control character/],
    ['a name twice', [...model, blob('config.json')], /"config.json" twice/],
  ])('%s is MALFORMED, and not unreachable', async (_, tree, message) => {
    const { files } = listing(hub(tree))
    await expect(files).rejects.toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(message) })
  })

  test('parts whose names differ by case alone are refused: one would take the place of the other', async () => {
    const index = 'model.safetensors.index.json'
    const weight_map = { x: 'a.safetensors', y: 'A.safetensors' }
    const bytes = JSON.stringify({ weight_map })
    const tree = [large('a.safetensors'), large('A.safetensors'), blob(index, bytes.length)]
    const { files } = listing((url) => (url.pathname.endsWith(index) ? new Response(bytes) : hub(tree)(url)))
    await expect(files).rejects.toThrow(/names that differ in more than case/)
  })

  test('a commit that is none is MALFORMED', async () => {
    for (const info of [{}, { sha: 'main' }, { sha: null }]) {
      await expect(listing(() => info).files).rejects.toMatchObject({ code: 'MALFORMED' })
    }
  })

  test('pages without end are left: the same again, ever new ones, another host', async () => {
    const self = listing((url) => (url.pathname.includes('/revision/') ? { sha: commit } : page(url.href)))
    await expect(self.files).rejects.toThrow(/found the same page again/)
    let cursor = 0
    const fresh = () =>
      Response.json([], { headers: { link: `<${hubUrl}/?cursor=${cursor++}>; rel="next"` } })
    const many = listing((url) => (url.pathname.includes('/revision/') ? { sha: commit } : fresh()))
    await expect(many.files).rejects.toThrow(/at most 100 pages/)
    const away = listing((url) =>
      url.pathname.includes('/revision/') ? { sha: commit } : page('https://b.test/'),
    )
    await expect(away.files).rejects.toThrow(/all pages of a listing from https:\/\/hub.test/)
    expect(away.asked).toHaveLength(2)
  })

  test('an answer without end is left after 16 MiB', async () => {
    const { response, taken } = endless('[],')
    await expect(listing(hub(response)).files).rejects.toThrow(/at most 16777216 bytes/)
    expect(taken.bytes).toBeLessThan(17 * 2 ** 20)
  })

  test('an answer that never comes is not waited for longer than it was said', async () => {
    const body = (signal: AbortSignal) =>
      new ReadableStream({ start: (it) => signal.addEventListener('abort', () => it.error(signal.reason)) })
    const fetch = async (_: unknown, { signal }: { signal: AbortSignal }) => new Response(body(signal))
    const id = { repo: 'owner/tiny', file: undefined, quantization: undefined, revision: commit }
    const asked = listHubFiles({
      ...id,
      hubUrl,
      timeout: 50,
      fetch: fetch as unknown as typeof globalThis.fetch,
    })
    await expect(asked).rejects.toMatchObject({
      code: 'UNREACHABLE',
      found: 'no listing of owner/tiny within 0.05 s',
    })
  })
})
