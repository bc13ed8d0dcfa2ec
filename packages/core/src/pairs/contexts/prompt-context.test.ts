import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { contextRowSchema, readContexts, rowOfContext } from './prompt-context.ts'

async function read(...rows: unknown[]) {
  const storage = memoryStorage()
  await storage.write('c.jsonl', new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')))
  return readContexts({ storage, path: 'c.jsonl' })
}

describe('readContexts', () => {
  it('makes of a system prompt and turns what stands before, and a row of it again', async () => {
    const turns = [
      { role: 'user', content: 'u' },
      { role: 'assistant', content: 'a' },
    ]
    const rows = [
      { name: 'plain', share: 0.5 },
      { name: 'app', system: 'S', turns },
      { name: 'typed', opening: 'Hi!', closing: 'Bye!', rewrite: 'typing-errors' },
    ]
    const contexts = await read(...rows)
    expect(contexts).toEqual([
      { name: 'plain', share: 0.5 },
      { name: 'app', before: [{ role: 'system', content: 'S' }, ...turns] },
      { name: 'typed', opening: 'Hi!', closing: 'Bye!', rewrite: 'typing-errors' },
    ])
    expect(contexts.map(rowOfContext)).toEqual(rows)
    for (const row of rows) expect(contextRowSchema.safeParse(row).success).toBe(true)
  })

  it('takes null for absent and parts of text for text', async () => {
    const turns = [
      { role: 'user', content: [{ type: 'text', text: 'u' }], name: null },
      { role: 'assistant', content: 'a' },
    ]
    expect(await read({ name: 'app', share: null, system: null, turns })).toEqual([
      { name: 'app', before: [{ role: 'user', content: 'u' }, turns[1]] },
    ])
  })

  it.each([
    [{ share: 1 }, 'name'],
    [{ name: 'a', sytem: 'S' }, 'sytem'],
    [{ name: 'a', share: -1 }, 'share'],
    [{ name: 'a', rewrite: 'shout' }, 'rewrite'],
    [{ name: 'a', turns: [{ role: 'assistant', content: 'a' }] }, 'turns: expected the user and'],
    [{ name: 'a', turns: [{ role: 'user', content: 'a' }] }, "turns: expected the assistant's turn last"],
    [{ name: 'a', turns: [{ role: 'user', content: [{ type: 'image' }] }] }, 'turns: .*"image" in message 0'],
    [{ name: 'a', turns: [{ role: 'user', content: 'a', name: 'b' }] }, 'turns.*name'],
  ])('refuses %j', async (row, found) => {
    await expect(read({ name: 'good' }, row)).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(new RegExp(`line 2 of c\\.jsonl.*${found}`)),
    })
  })
})
