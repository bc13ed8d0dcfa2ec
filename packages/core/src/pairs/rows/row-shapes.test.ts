import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { recordedReference } from '../references/recorded-reference.ts'
import { readPairs, readPrompts } from './read-rows.ts'
import { extractPrompt } from './row-shapes.ts'

/** What TRL's `extract_prompt` gives (trl/data_utils.py). */
describe('extractPrompt', () => {
  it.each([
    ['The sky is blue.', 'The sky is green.', 'The sky is', ' blue.', ' green.'],
    ['same', 'same', 'sam', 'e', 'e'],
    ['ab', 'abc', 'a', 'b', 'bc'],
    ['abc', 'ab', 'a', 'bc', 'b'],
    ['x', 'y', '', 'x', 'y'],
    ['Which? 😀', 'Which? 😁', 'Which?', ' 😀', ' 😁'],
    ['a😀', 'a😁', 'a', '😀', '😁'],
  ])('of the texts %j and %j', (chosen, rejected, ...[prompt, own, other]) => {
    expect(extractPrompt(chosen, rejected)).toEqual({ prompt, chosen: own, rejected: other })
  })

  it('of conversations, whatever the order of the fields', () => {
    const user = { role: 'user', content: 'What colour is the sky?' }
    const answer = (content: string) => ({ role: 'assistant', content })
    const same = { content: user.content, role: 'user' }
    expect(extractPrompt([user, answer('blue')], [same, answer('green')])).toEqual({
      prompt: [user],
      chosen: [answer('blue')],
      rejected: [answer('green')],
    })
    expect(extractPrompt([user, answer('blue')], [user, answer('blue')]).prompt).toEqual([user])
  })
})

async function stored(rows: readonly unknown[]) {
  const storage = memoryStorage()
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  await storage.write('rows.jsonl', new TextEncoder().encode(text))
  return storage
}

const pairs = async (rows: readonly unknown[]) =>
  readPairs({ storage: await stored(rows), path: 'rows.jsonl' })
const prompts = async (rows: readonly unknown[]) =>
  readPrompts({ storage: await stored(rows), path: 'rows.jsonl' })

const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const sky = user('What color is the sky?')

describe('what else people have', () => {
  it('takes null for absent, and parts of text for text', async () => {
    const parts = [{ type: 'text', text: 'What color ', image: null }, 'is the sky?']
    const row = {
      prompt: [{ role: 'user', content: parts, tool_calls: null, name: null }],
      chosen: [{ role: 'assistant', content: [{ type: 'text', text: 'Blue.' }] }],
      rejected: null,
      part: null,
      kind: 'harmless',
      chosenScore: null,
      tools: null,
      images: [],
    }
    expect(await pairs([row])).toEqual([{ prompt: [sky], kind: 'harmless', chosen: 'Blue.' }])
  })

  it('keeps what templates read of a message, and content that is null beside calls', async () => {
    const calls = [{ type: 'function', function: { name: 'light', arguments: { on: true } } }]
    const prompt = [
      user('On!'),
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: 'a', name: 'light', content: 'done' },
    ]
    const [row] = await prompts([{ prompt, kind: 'harmless' }])
    const [asked, called, tool] = prompt
    expect(row?.prompt).toEqual([asked, { role: 'assistant', tool_calls: calls }, tool])
    expect(called).toBeDefined()
  })

  it.each([
    [
      'a prompt and answers that repeat it',
      { prompt: [sky], chosen: [sky, assistant('blue')], rejected: [sky, assistant('red')] },
    ],
    [
      'a prompt as text beside whole conversations',
      {
        prompt: 'What color is the sky?',
        chosen: [sky, assistant('blue')],
        rejected: [sky, assistant('red')],
      },
    ],
    [
      'ShareGPT',
      {
        conversations: [{ from: 'human', value: 'What color is the sky?' }],
        chosen: { from: 'gpt', value: 'blue' },
        rejected: { from: 'gpt', value: 'red' },
      },
    ],
  ])('pairs of %s', async (_, row) => {
    expect(await pairs([row])).toEqual([{ prompt: [sky], kind: 'harmful', chosen: 'blue', rejected: 'red' }])
  })

  it.each([
    ['a text', 'Open it', 'Open it'],
    ['a conversation', [sky], [sky]],
    ['messages', { messages: [sky, assistant('Blue.')] }, [sky]],
    [
      'messages that end with the user',
      { messages: [sky, assistant('Blue.'), sky] },
      [sky, assistant('Blue.'), sky],
    ],
    [
      'conversations',
      {
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'h' },
          { from: 'gpt', value: 'g' },
        ],
      },
      [{ role: 'system', content: 's' }, user('h')],
    ],
    ['an instruction', { instruction: 'Sum up', input: '', output: 'x' }, 'Sum up'],
    [
      'an instruction with its input',
      { instruction: 'Sum up', input: 'long', output: 'x' },
      'Sum up\n\nlong',
    ],
    [
      'a question under a system prompt',
      { system: 's', question: 'q' },
      [{ role: 'system', content: 's' }, user('q')],
    ],
  ])('prompts of %s', async (_, row, prompt) => {
    expect(await prompts([row])).toEqual([{ prompt, kind: 'harmful' }])
  })

  it('records from completions and conversations too', async () => {
    const storage = await stored([
      { prompt: 'a', completion: 'A' },
      { messages: [user('b'), assistant('B')] },
    ])
    const reference = await recordedReference({ storage, path: 'rows.jsonl' })
    const said: unknown[] = []
    for await (const { response } of reference.respond(
      ['a', 'b'].map((prompt) => ({ prompt, kind: 'harmful' })),
    )) {
      said.push(response)
    }
    expect(said).toEqual(['A', 'B'])
  })

  it.each([
    [
      'an image',
      { prompt: [sky, user([{ type: 'image_url', image_url: { url: 'x' } }])], chosen: 'a' },
      /image_url.*message 1/,
    ],
    ['an image without a type', { prompt: [user([{ image: 'x' }])], chosen: 'a' }, /"image" in message 0/],
    ['columns of images', { prompt: 'a', chosen: 'b', images: ['x'] }, /images/],
    ['tools', { prompt: 'a', chosen: 'b', tools: [{ name: 'f' }] }, /tools/],
    [
      'an answer of several turns',
      { prompt: [sky], chosen: [assistant('a'), user('b'), assistant('c')] },
      /3 messages.*chosen/,
    ],
    ['an answer of the user', { prompt: [sky], chosen: [user('a')] }, /"user".*chosen/],
    [
      'an answer of calls',
      { prompt: [sky], chosen: [{ ...assistant(''), tool_calls: [{}] }] },
      /tool_calls.*chosen/,
    ],
    [
      'an answer with its thinking apart',
      { prompt: [sky], chosen: [{ ...assistant('a'), reasoning_content: 'hm' }] },
      /reasoning_content/,
    ],
    ['a prompt to go on with', { prompt: [sky, assistant('It')], chosen: 'a' }, /assistant's turn/],
    ['answers that have nothing in common', { chosen: [user('a')], rejected: [user('b')] }, /no prompt/],
    ['a rejected alone', { prompt: 'a', rejected: 'b' }, /rejected without chosen/],
    ['fields of another kind', { goal: 'x', target: 'y' }, /"goal", "target"/],
    ['a number as content', { prompt: [user(4)], chosen: 'a' }, /content that is a number in message 0/],
    ['null as content', { prompt: [user(null)], chosen: 'a' }, /no content.*message 0/],
    ['no role', { prompt: [{ role: null, content: 'a' }], chosen: 'a' }, /no role in message 0/],
    [
      'an input that is no text',
      { instruction: 'a', input: { b: 1 }, output: 'c' },
      /an object in the prompt/,
    ],
    ['a system prompt that is no text', { system: ['a'], prompt: 'b', chosen: 'c' }, /a list in system/],
    ['rows in a list', [{ prompt: 'a' }, { prompt: 'b' }], /its own line/],
  ])('refuses %s by its name, with the line', async (_, row, message) => {
    const failed = pairs([{ prompt: 'a', chosen: 'b' }, row])
    await expect(failed).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(new RegExp(`line 2 of rows.jsonl.*${message.source}`)),
    })
  })
})
