import { expect, test } from 'vitest'
import { type PartialBytes, type TransferRequest, transfer } from './transfer.ts'

const url = 'https://hub.test/owner/tiny/resolve/main/tiny.gguf'
const patience = { retries: 1, retryDelay: 1 }

/** What came so far, in memory. */
function inMemory(start = '') {
  let held = new TextEncoder().encode(start)
  const partial: PartialBytes = {
    size: async () => held.length,
    async write(bytes, at) {
      held = new Uint8Array([...held.subarray(0, at), ...bytes])
    },
    async truncate(size) {
      held = held.slice(0, size)
    },
  }
  return { partial, text: () => new TextDecoder().decode(held) }
}

/** A transfer from responses that are given out in their order. */
function from(responses: readonly Response[], more: Partial<TransferRequest> = {}, start = '') {
  const ranges: (string | null)[] = []
  const left = [...responses]
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    ranges.push(new Headers(init.headers).get('range'))
    const response = left.shift()
    if (!response) throw new TypeError('fetch failed')
    // As the platform's fetch does, a body ends with an error where the request is aborted.
    const body = response.body?.pipeThrough(new TransformStream(), init.signal ? { signal: init.signal } : {})
    return new Response(body ?? null, response)
  }
  const memory = inMemory(start)
  const request = { url, ...patience, fetch: fetch as typeof globalThis.fetch, ...more }
  return { ...memory, ranges, done: transfer(memory.partial, request) }
}

/** Pieces that come again and again; with `pause`, in milliseconds, one at a time. */
function endless(piece: string, pause = 0) {
  const taken = { pieces: 0 }
  const bytes = new TextEncoder().encode(piece)
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
      taken.pieces++
      controller.enqueue(bytes)
    },
  })
  return { taken, body }
}

test('a body that goes on beyond the size that was listed is left, and nothing of it kept', async () => {
  const { body, taken } = endless('0123456789')
  const { done, text } = from([new Response(body)], { size: 1000 })
  await expect(done).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', found: 'more' })
  expect(text()).toBe('')
  expect(taken.pieces).toBeLessThan(200)
})

test('another length than was listed is refused before it comes', async () => {
  const { done, text } = from([new Response('0123456789', { headers: { 'content-length': '10' } })], {
    size: 9,
  })
  await expect(done).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    expected: `${url} to have 9 bytes`,
    found: '10',
  })
  expect(text()).toBe('')
})

test('a body that ends early without saying so is asked for again', async () => {
  const rest = new Response('56789', { status: 206, headers: { 'content-range': 'bytes 5-9/10' } })
  const { done, text, ranges } = from([new Response('01234'), rest], { size: 10 })
  await done
  expect(text()).toBe('0123456789')
  expect(ranges).toEqual([null, 'bytes=5-'])
})

test('a part that is longer than the file is begun anew, and a whole one not asked for', async () => {
  const again = from([new Response('0123456789')], { size: 10 }, 'x'.repeat(20))
  await again.done
  expect(again.text()).toBe('0123456789')
  const whole = from([], { size: 10 }, '0123456789')
  await whole.done
  expect(whole.ranges).toEqual([])
})

test('a web page in place of a file is called one, and does not take the place of what has come', async () => {
  const page = new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
  const { done, text } = from([page], {}, '01234')
  await expect(done).rejects.toMatchObject({ code: 'MALFORMED', found: 'a web page' })
  expect(text()).toBe('01234')
})

test('bytes that drip are not waited for', async () => {
  const drip = () => new Response(endless('0', 5).body)
  const { done, ranges } = from([drip(), drip(), drip()], { size: 1e6, stallTimeout: 60 })
  await expect(done).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: 'less than 1024 bytes in 0.06 s',
  })
  expect(ranges).toHaveLength(2)
})

test('a lasting 429 says so, and whom to ask less', async () => {
  const busy = (headers: HeadersInit = {}) => new Response('', { status: 429, headers })
  await expect(from([busy(), busy()]).done).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: 'HTTP 429, too many requests, 2 times',
    remedy: expect.stringContaining('HF_TOKEN'),
  })
  const soon = from([busy({ 'retry-after': '0' }), new Response('01')])
  await soon.done
  expect(soon.text()).toBe('01')
})

test.each([
  ['seconds', { 'retry-after': '300' }],
  ['a date', { 'retry-after': new Date(Date.now() + 299_500).toUTCString() }],
  ['a rate limit', { ratelimit: '"resolvers";r=0;t=300' }],
])('who asks by %s for more than is waited for is not asked again', async (_, headers) => {
  const { done, ranges } = from([new Response('', { status: 429, headers })])
  await expect(done).rejects.toMatchObject({
    found: expect.stringMatching(/^HTTP 429, too many requests; it asks to wait (299|300) s$/),
  })
  expect(ranges).toHaveLength(1)
})
