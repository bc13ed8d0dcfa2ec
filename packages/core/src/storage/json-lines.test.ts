import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { appendJsonLine, readJsonLines, readResumable } from './json-lines.ts'
import { memoryStorage } from './memory-storage.ts'

const schema = z.object({ name: z.string(), n: z.number() })
const stored = async (text: string | Uint8Array) => {
  const storage = memoryStorage()
  await storage.write('rows.jsonl', typeof text === 'string' ? new TextEncoder().encode(text) : text)
  return storage
}

describe('readJsonLines', () => {
  it('takes CRLF, blank lines, a byte order mark and a last line without its end', async () => {
    const storage = await stored('\uFEFF{"name":"a","n":1}\r\n\r\n{"name":"é","n":2}')
    expect(await readJsonLines(storage, 'rows.jsonl', schema)).toEqual([
      { name: 'a', n: 1 },
      { name: 'é', n: 2 },
    ])
  })

  it('refuses a file without rows, and one that is not there', async () => {
    await expect(readJsonLines(await stored('\n\n'), 'rows.jsonl', schema)).rejects.toMatchObject({
      code: 'EMPTY_DATA',
    })
    await expect(readJsonLines(memoryStorage(), 'rows.jsonl', schema)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it.each([
    ['text that is not JSON', '{"name":"a","n":1}\n\n{"name":\n', /line 3 of rows.jsonl/],
    ['every wrong field at once', '{"name":"a","n":1}\n{"name":5}\n', /line 2 of rows.jsonl.*name: .*n: /],
    ['a list over several lines', '[\n{"name":"a","n":1}\n]\n', /line 1 of rows.jsonl.*jq -c/],
    ['a name that is there twice', '{"name":"a","n":1,"n":2}\n', /line 1 of rows.jsonl.*twice/],
    ['nesting without an end', `${'['.repeat(1e6)}\n`, /line 1 of rows.jsonl.*nesting/],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22, 0x0a]), /line 1 of rows.jsonl/],
  ])('names file and line of %s', async (_, text, message) => {
    const failed = readJsonLines(await stored(text), 'rows.jsonl', schema)
    await expect(failed).rejects.toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(message) })
  })
})

describe('readResumable', () => {
  it('drops what a killed writer left of a line, wherever it was cut', async () => {
    const whole = new TextEncoder().encode('{"name":"a","n":1}\n{"name":"é","n":2}\n')
    const first = whole.indexOf(0x0a) + 1
    for (let cut = 0; cut <= whole.length; cut++) {
      const storage = await stored(whole.subarray(0, cut))
      const rows = await readResumable(storage, 'rows.jsonl', schema)
      expect(rows.length).toBe(cut === whole.length ? 2 : cut >= first ? 1 : 0)
      await appendJsonLine(storage, 'rows.jsonl', { name: 'z', n: 3 })
      const after = await readJsonLines(storage, 'rows.jsonl', schema)
      expect(after).toEqual([...rows, { name: 'z', n: 3 }])
    }
  })

  it('refuses a broken line in the middle, and takes a file that is not there as empty', async () => {
    const failed = readResumable(await stored('{"na\n{"name":"a","n":1}\n'), 'rows.jsonl', schema)
    await expect(failed).rejects.toMatchObject({ code: 'MALFORMED' })
    expect(await readResumable(memoryStorage(), 'none.jsonl', schema)).toEqual([])
  })
})
