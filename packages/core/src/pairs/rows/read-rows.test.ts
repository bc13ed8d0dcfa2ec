import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { recordedReference } from '../references/recorded-reference.ts'
import { type ReadRowsOptions, readPairs, readPrompts } from './read-rows.ts'

async function stored(rows: readonly unknown[]) {
  const storage = memoryStorage()
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  await storage.write('rows.jsonl', new TextEncoder().encode(text))
  return storage
}

const pairs = async (rows: readonly unknown[], options?: ReadRowsOptions) =>
  readPairs(await stored(rows), 'rows.jsonl', options)
const prompts = async (rows: readonly unknown[], options?: ReadRowsOptions) =>
  readPrompts(await stored(rows), 'rows.jsonl', options)

const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const sky = user('What color is the sky?')

/** The examples of TRL's page on dataset formats, and what is made of them. */
const preference: readonly (readonly [string, object, object])[] = [
  [
    'preference, standard, explicit prompt',
    { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
    { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
  ],
  [
    'preference, standard, implicit prompt',
    { chosen: 'The sky is blue.', rejected: 'The sky is green.' },
    { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
  ],
  [
    'preference, conversational, explicit prompt',
    { prompt: [sky], chosen: [assistant('It is blue.')], rejected: [assistant('It is green.')] },
    { prompt: [sky], chosen: 'It is blue.', rejected: 'It is green.' },
  ],
  [
    'preference, conversational, implicit prompt',
    { chosen: [sky, assistant('It is blue.')], rejected: [sky, assistant('It is green.')] },
    { prompt: [sky], chosen: 'It is blue.', rejected: 'It is green.' },
  ],
  [
    'prompt-completion, standard',
    { prompt: 'The sky is', completion: ' blue.' },
    { prompt: 'The sky is', chosen: ' blue.' },
  ],
  [
    'prompt-completion, conversational',
    { prompt: [sky], completion: [assistant('It is blue.')] },
    { prompt: [sky], chosen: 'It is blue.' },
  ],
  [
    'language modeling, conversational',
    { messages: [sky, assistant('It is blue.')] },
    { prompt: [sky], chosen: 'It is blue.' },
  ],
]

const promptOnly: readonly (readonly [string, object])[] = [
  ['prompt-only, standard', { prompt: 'The sky is' }],
  ['prompt-only, conversational', { prompt: [sky] }],
]

const pairless: readonly (readonly [string, object, RegExp])[] = [
  [
    'unpaired preference, standard',
    { prompt: 'The sky is', completion: ' blue.', label: true },
    /unpaired preference \(prompt, completion, label\)/,
  ],
  [
    'unpaired preference, conversational',
    { prompt: [sky], completion: [assistant('It is green.')], label: false },
    /unpaired preference/,
  ],
  [
    'stepwise supervision',
    { prompt: 'Which is larger?', completions: ['The first', 'is.'], labels: [true, false] },
    /stepwise supervision/,
  ],
]

describe('shapes of TRL', () => {
  it.each(preference)('pairs of %s', async (_, row, own) => {
    expect(await pairs([row])).toEqual([{ kind: 'harmful', ...own }])
  })

  it.each([...preference, ...promptOnly, ...pairless].map(([name, row]) => [name, row] as const))(
    'prompts of %s',
    async (_, row) => {
      const [{ prompt } = { prompt: '' }] = await prompts([{ ...row, kind: 'harmless' }])
      expect([['What color is the sky?'], ['The sky is'], ['Which is larger?']]).toContainEqual(
        typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content),
      )
    },
  )

  it.each([
    ...pairless,
    [
      'language modeling, standard',
      { text: 'The sky is blue.' },
      /standard language modeling \(text\)/,
    ] as const,
    ...promptOnly.map(([name, row]) => [name, row, /prompt-only/] as const),
  ])('no pairs of %s, by its name', async (_, row, message) => {
    await expect(pairs([row])).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(message),
    })
  })
})

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

describe('kinds', () => {
  it('says that it took all rows for harmful, or takes the kind that it is told', async () => {
    const notices: string[] = []
    const rows = [{ prompt: 'a' }, { prompt: 'b', kind: null }]
    const kinds = async (options: ReadRowsOptions) => (await prompts(rows, options)).map(({ kind }) => kind)
    expect(await kinds({ onNotice: (line) => notices.push(line) })).toEqual(['harmful', 'harmful'])
    expect(notices).toEqual(['rows.jsonl: no row has a kind; all are treated as harmful'])
    expect(await kinds({ kind: 'harmless', onNotice: (line) => notices.push(line) })).toEqual([
      'harmless',
      'harmless',
    ])
    expect(notices).toHaveLength(1)
  })

  it('refuses a file in which some rows have one, unless told', async () => {
    const rows = [{ prompt: 'a', kind: 'harmless' }, { prompt: 'b' }]
    await expect(prompts(rows)).rejects.toMatchObject({ code: 'MALFORMED', found: '1 of 2 without one' })
    expect((await prompts(rows, { kind: 'harmful' })).map(({ kind }) => kind)).toEqual([
      'harmless',
      'harmful',
    ])
  })
})
