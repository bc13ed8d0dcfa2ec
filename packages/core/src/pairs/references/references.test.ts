import { describe, expect, it } from 'vitest'
import { scriptedModel } from '../../../test/models/scripted-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { ChatMessage, Prompt } from '../../tokenize/tokenizer.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { modelReference } from './model-reference.ts'
import { recordedReference } from './recorded-reference.ts'
import type { Reference } from './reference.ts'
import { systemPromptReference } from './system-prompt-reference.ts'

const asked = (...prompts: PatchPrompt['prompt'][]): PatchPrompt[] =>
  prompts.map((prompt) => ({ prompt, kind: 'harmful' }))

async function responses(reference: Reference, prompts: PatchPrompt[]): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = prompts.map(() => 'not yielded')
  for await (const { index, response } of reference.respond(prompts)) all[index] = response
  return all
}

const echo = () => scriptedModel('echo', (prompt: Prompt) => JSON.stringify(prompt))

describe('modelReference', () => {
  it('puts a string as a user turn in chat format, as it is in text format, and a conversation as one', async () => {
    const turns = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ]
    expect(await responses(modelReference({ model: echo() }), asked('hi', turns))).toEqual([
      JSON.stringify([{ role: 'user', content: 'hi' }]),
      JSON.stringify(turns),
    ])
    const text = modelReference({ model: echo(), format: 'text' })
    expect(await responses(text, asked('Once', turns))).toEqual(['"Once"', JSON.stringify(turns)])
  })

  it('draws for a prompt the same whatever is asked beside it, and by its seed', async () => {
    const random = () => scriptedModel('random', (_, draw) => `${draw()} ${draw()}`)
    const [a, b, c] = await responses(modelReference({ model: random(), seed: 3 }), asked('a', 'b', 'c'))
    expect(await responses(modelReference({ model: random(), seed: 3 }), asked('c', 'a'))).toEqual([c, a])
    expect(new Set([a, b, c]).size).toBe(3)
    expect(await responses(modelReference({ model: random(), seed: 4 }), asked('a'))).not.toEqual([a])
  })

  it('names in its settings what it samples by, and in its identity the model', async () => {
    const patched = (value: number) => ({
      ...echo(),
      prefix: { length: 1, embeddings: Float32Array.of(value, 1) },
    })
    const of = (value: number) => modelReference({ model: patched(value) }).identity()
    expect(await of(1)).toEqual(await of(1))
    expect((await of(1)).prefix).not.toEqual((await of(2)).prefix)
    const reference = modelReference({ model: echo() })
    expect(reference.settings).toMatchObject({ temperature: 0, maxTokens: 128 })
    expect(await reference.identity()).toMatchObject({ precision: 'float32', prefix: null })
  })
})

describe('systemPromptReference', () => {
  it('puts the system prompt first, into the one system message there is', async () => {
    const reference = systemPromptReference({ model: echo(), systemPrompt: 'Be safe.' })
    const own: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ]
    const [plain, joined] = await responses(reference, asked('hi', own))
    expect(JSON.parse(plain ?? '')).toEqual([
      { role: 'system', content: 'Be safe.' },
      { role: 'user', content: 'hi' },
    ])
    expect(JSON.parse(joined ?? '')).toEqual([
      { role: 'system', content: 'Be safe.\n\nBe brief.' },
      { role: 'user', content: 'hi' },
    ])
    expect(reference).toMatchObject({ name: 'system-prompt:echo', settings: { systemPrompt: 'Be safe.' } })
  })
})

describe('recordedReference', () => {
  it('gives the first response recorded, nothing for other prompts, and is named by its digest', async () => {
    const storage = memoryStorage()
    const rows = [
      { prompt: 'a', response: 'first' },
      { prompt: 'a', response: 'second' },
      { prompt: [{ role: 'user', content: 'b' }], response: 'of a conversation' },
    ]
    await storage.write(
      'r.jsonl',
      new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    )
    const reference = await recordedReference({ storage, path: 'r.jsonl' })
    expect(await responses(reference, asked('b', 'none', 'a'))).toEqual([
      'of a conversation',
      undefined,
      'first',
    ])
    expect(reference.name).toMatch(/^recorded:[0-9a-f]{64}$/)
  })

  it('refuses a file of another form', async () => {
    const storage = memoryStorage()
    await storage.write('r.jsonl', new TextEncoder().encode('{"prompt":"a"}\n'))
    await expect(recordedReference({ storage, path: 'r.jsonl' })).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(/line 1 of r\.jsonl.*response/),
    })
  })
})
