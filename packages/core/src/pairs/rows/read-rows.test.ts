import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { type ReadRowsOptions, readPairs, readPrompts } from './read-rows.ts'

async function stored(rows: readonly unknown[]) {
  const storage = memoryStorage()
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  await storage.write('rows.jsonl', new TextEncoder().encode(text))
  return storage
}

const pairs = async (rows: readonly unknown[], options?: ReadRowsOptions) =>
  readPairs({ storage: await stored(rows), path: 'rows.jsonl' }, options)
const prompts = async (rows: readonly unknown[], options?: ReadRowsOptions) =>
  readPrompts({ storage: await stored(rows), path: 'rows.jsonl' }, options)

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
