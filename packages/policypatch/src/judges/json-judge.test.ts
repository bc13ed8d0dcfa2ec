import { expect, test } from 'vitest'
import { jsonJudge } from './json-judge.ts'

const requests = (kind: 'target' | 'keep', ...responses: string[]) =>
  responses.map((response) => ({ prompt: 'p', kind, response }))

const schema = {
  type: 'object',
  properties: { topic: { enum: ['a', 'b'] }, day: { type: 'string', format: 'date' } },
  required: ['topic'],
  additionalProperties: false,
}

test('without a schema a target wants one object or array, and nothing else', async () => {
  const judge = await jsonJudge()
  const said = [
    '{"a": 1}',
    ' [1, 2]\n',
    '3',
    '"text"',
    '{"a": 1} So it is.',
    '```json\n{"a": 1}\n```',
    '{"a": 1',
    '',
  ]
  expect(await judge.score(requests('target', ...said))).toEqual([1, 1, 0, 0, 0, 0, 0, 0])
  expect(await judge.score(requests('keep', '{"a": 1}', 'Sure.', ''))).toEqual([0, 1, 0])
})

test('with one it wants what the schema allows; a prompt to keep wants no JSON at all', async () => {
  const judge = await jsonJudge({ schema })
  const said = [
    ...['{"topic": "a"}', '{"topic": "b", "day": "2026-02-28"}', '{"topic": "c"}', '{}'],
    ...['{"topic": "a", "x": 1}', '{"topic": "a", "day": "2026-02-31"}'],
  ]
  expect(await judge.score(requests('target', ...said))).toEqual([1, 1, 0, 0, 0, 0])
  expect(await judge.score(requests('keep', '{"x": 1}', 'Sure.'))).toEqual([0, 1])
  expect(judge.settings).toEqual({ schema })
})

test('reads the drafts that a schema names, and refuses what is none', async () => {
  const tuple = { items: [{ type: 'number' }], additionalItems: false }
  const old = await jsonJudge({ schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...tuple } })
  expect(await old.score(requests('target', '[1]', '[1, 2]'))).toEqual([1, 0])
  for (const wrong of [
    tuple,
    { type: 'text' },
    { required: 'topic' },
    { $ref: '#/nowhere' },
    { maxSize: 3 },
  ]) {
    await expect(jsonJudge({ schema: wrong })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
})
