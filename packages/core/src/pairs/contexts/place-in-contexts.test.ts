import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { inContext, placeInContexts } from './place-in-contexts.ts'
import { rewriteText } from './rewrite-text.ts'

const system = (content: string) => ({ role: 'system', content })
const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })
const random = () => createRandom(1)

describe('inContext', () => {
  it('puts a text after a system prompt and earlier turns, and remembers it', () => {
    const row = { prompt: 'Bake bread', kind: 'harmless' as const, part: 'food', chosen: 'Sure.' }
    const before = [system('S'), user('u'), assistant('a')]
    expect(inContext(row, { name: 'chat', before }, random())).toEqual({
      ...row,
      context: 'chat',
      prompt: [...before, user('Bake bread')],
      bare: 'Bake bread',
    })
  })

  it("leaves a conversation its own system prompt and its own turns' order", () => {
    const prompt = [system('own'), user('first'), assistant('second'), user('third')]
    const before = [system('S'), user('u'), assistant('a')]
    const placed = inContext({ prompt, kind: 'harmful' }, { name: 'c', before, closing: 'Bye.' }, random())
    expect(placed.prompt).toEqual([
      system('own'),
      user('u'),
      assistant('a'),
      user('first'),
      assistant('second'),
      user('third. Bye.'),
    ])
  })

  it('says what comes before and after in the same turn', () => {
    const say = (prompt: string, opening: string, closing: string) =>
      inContext({ prompt, kind: 'harmless' }, { name: 'c', opening, closing }, random()).prompt
    expect(say('Bake bread', 'Hi!', 'Thanks!')).toEqual([user('Hi! Bake bread. Thanks!')])
    expect(say('Bread?', 'A text.\n\n', '\n\nmore')).toEqual([user('A text.\n\nBread?\n\nmore')])
  })

  it('leaves a prompt as it is where the context is nothing', () => {
    const row = { prompt: 'Bake bread', kind: 'harmless' as const }
    expect(inContext(row, { name: 'plain' }, random())).toEqual({ ...row, context: 'plain' })
  })
})

describe('rewriteText', () => {
  const text = "Don't bake the well-known bread (yet), please: it's 3.5 hours before Tuesday morning."
  it('writes in lower case, and without the punctuation between words', () => {
    expect(rewriteText(text, 'lower-case', random())).toBe(text.toLowerCase())
    expect(rewriteText(text, 'no-punctuation', random())).toBe(
      "Don't bake the well-known bread yet please it's 3.5 hours before Tuesday morning",
    )
  })

  it('makes a few typing errors, and at least one', () => {
    const long = Array(20).fill(text).join(' ')
    const wrong = rewriteText(long, 'typing-errors', random()).split(' ')
    const different = long.split(' ').filter((word, index) => word !== wrong[index]).length
    expect(wrong).toHaveLength(long.split(' ').length)
    expect(different).toBeGreaterThan(8)
    expect(different).toBeLessThan(50)
    for (let seed = 0; seed < 50; seed++) {
      expect(rewriteText('kettle', 'typing-errors', createRandom(seed))).not.toBe('kettle')
    }
    expect(rewriteText('a cat', 'typing-errors', random())).toBe('a cat')
  })
})

describe('placeInContexts', () => {
  const rows = Array.from({ length: 400 }, (_, i) => ({ prompt: `prompt ${i}`, kind: 'harmless' as const }))
  const contexts = [
    { name: 'often', share: 3, opening: 'Hi!' },
    { name: 'never', share: 0, opening: 'No!' },
    { name: 'seldom' },
  ]

  it('draws by share, for each prompt by itself', () => {
    const placed = placeInContexts(rows, contexts, { seed: 4 })
    const count = (name: string) => placed.filter(({ context }) => context === name).length
    expect(count('often')).toBeGreaterThan(260)
    expect(count('often')).toBeLessThan(340)
    expect(count('never')).toBe(0)
    expect(placeInContexts(rows.slice(100, 110), contexts, { seed: 4 })).toEqual(placed.slice(100, 110))
    expect(placeInContexts(rows, contexts, { seed: 5 })).not.toEqual(placed)
  })

  it('makes copies in different contexts, as many as there are', () => {
    const placed = placeInContexts(rows.slice(0, 9), contexts, { copies: 2 })
    expect(placed).toHaveLength(18)
    for (let i = 0; i < 18; i += 2) {
      expect(new Set(placed.slice(i, i + 2).map(({ context }) => context)).size).toBe(2)
    }
    expect(() => placeInContexts(rows, contexts, { copies: 3 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
