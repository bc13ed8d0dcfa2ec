import { readPairs, readPrompts, recordedReference } from '@policypatch/core'
import { readContexts } from '@policypatch/core/pairs'
import type { Place } from '@policypatch/core/platform'
import fc from 'fast-check'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { storageOf } from '../storage-of.ts'

const talk = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  { role: 'assistant', content: 'Hello' },
]
const [asked, answered, refused] = [talk.slice(0, 2), talk.slice(2), [{ role: 'assistant', content: 'No.' }]]

/** Rows in shapes that users have. */
const rows: readonly object[] = [
  { prompt: 'a', kind: 'harmful', chosen: 'b', rejected: 'c', context: 'plain' },
  { prompt: asked, kind: 'harmless', chosen: answered, rejected: refused },
  { chosen: [...asked, ...answered], rejected: [...asked, ...refused], score_chosen: 8.5 },
  { chosen: 'a b', rejected: 'a c' },
  { prompt: 'a', completion: 'b' },
  { prompt: asked, completions: ['b'], labels: [true] },
  { messages: talk, tools: [], source: null },
  {
    conversations: [
      { from: 'human', value: 'a' },
      { from: 'gpt', value: 'b' },
    ],
    system: 'c',
  },
  { instruction: 'a', input: 'b', output: 'c' },
  { question: 'a', answer: 'b', text: 'c' },
  { prompt: 'a', response: 'b' },
  { prompt: asked, response: 'b', bare: 'a', reference: { n: 1 } },
  { role: 'user', content: null, tool_calls: [{ id: 'a', function: { name: 'b', arguments: '{}' } }] },
]
const contexts: readonly object[] = [
  {
    name: 'app',
    share: 2,
    system: 'Be kind.',
    turns: talk.slice(1),
    opening: 'Hi,',
    closing: 'thanks',
    rewrite: 'lower-case',
  },
  { name: 'plain', share: null },
]

const file = 'rows.jsonl'
const separators = fc.oneof(
  { weight: 8, arbitrary: fc.constant('\n') },
  fc.constantFrom('\r\n', '\n\n', '\r', '\u2028', ' ', '', '\n\ufeff', '\0\n'),
)
const texts = fc
  .oneof(
    oddStrings,
    fc.constantFrom(
      'harmful',
      'harmless',
      'user',
      'assistant',
      'system',
      'tool',
      'human',
      'text',
      'image_url',
      'typing-errors',
    ),
  )
  .map((text) => JSON.stringify(text))

/** Lines, some of them changed, with odd starts and ends. A line may be repeated many times. */
function linesOf(own: readonly object[]): fc.Arbitrary<Files> {
  const right = fc.constantFrom(...own).map((row) => JSON.stringify(row))
  const changed = changedJson(fc.constantFrom(...own).map(treeOf), texts)
  const lines = fc.array(fc.oneof({ weight: 2, arbitrary: right }, changed), { minLength: 1, maxLength: 4 })
  const times = fc.oneof({ weight: 30, arbitrary: fc.constant(1) }, fc.constantFrom(1000, 10_000))
  return fc
    .record({
      lines,
      times,
      separator: separators,
      start: fc.constantFrom('', '', '', '\ufeff', '[', '\n\n'),
      end: separators,
    })
    .map(({ lines: all, times: count, separator, start, end }) => {
      const [first = '', ...rest] = all
      const most = Math.min(count, Math.ceil(2 ** 21 / (first.length + 1)))
      return { [file]: utf8(start + [...new Array<string>(most).fill(first), ...rest].join(separator) + end) }
    })
}

const joinedRows = (own: readonly object[]) => utf8(own.map((row) => `${JSON.stringify(row)}\n`).join(''))

function rowsReader(
  name: string,
  own: readonly object[],
  read: (file: Place) => Promise<unknown>,
): FuzzedReader {
  return {
    name,
    files: fc.oneof(
      { weight: 3, arbitrary: linesOf(own) },
      {
        weight: 1,
        arbitrary: damaged(
          fc.constant({ [file]: joinedRows(own) }),
          own.map((row) => joinedRows([row])),
        ),
      },
    ),
    async read(files) {
      await read({ storage: await storageOf(files, 'd'), path: `d/${file}` })
    },
    ambiguity: (files) => doubleNameIn(files[file], true),
  }
}

export const rowReaders: readonly FuzzedReader[] = [
  rowsReader('prompts', rows, readPrompts),
  rowsReader('pairs', rows, readPairs),
  rowsReader('contexts', [...contexts, ...contexts, ...rows], readContexts),
  rowsReader('recorded-reference', rows, async (recorded) => {
    const reference = await recordedReference(recorded)
    for await (const _ of reference.respond([{ prompt: 'a', kind: 'harmful' }]));
  }),
]
