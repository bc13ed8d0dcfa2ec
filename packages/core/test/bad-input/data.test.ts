import { expect } from 'vitest'
import { endpointReference } from '../../src/pairs/references/endpoint-reference.ts'
import { recordedReference } from '../../src/pairs/references/recorded-reference.ts'
import { readPairs, readPrompts } from '../../src/pairs/rows/read-rows.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { stored } from './damage.ts'
import { type Case, describeCases } from './describe-cases.ts'

const goodPair = '{"prompt": "a", "kind": "harmful", "chosen": "b", "rejected": "c"}'

const data: Case[] = [
  ...['', '\n \n'].map((text) => ({
    name: `a pairs file of ${JSON.stringify(text)}`,
    code: 'EMPTY_DATA' as const,
    names: 'rows.jsonl',
    run: async () => readPairs({ storage: await stored(text), path: 'rows.jsonl' }),
  })),
  {
    name: 'a line that is no JSON',
    code: 'MALFORMED',
    names: 'line 2 of rows.jsonl',
    run: async () =>
      readPairs({ storage: await stored(`${goodPair}\n{"prompt": \n${goodPair}\n`), path: 'rows.jsonl' }),
  },
  {
    name: 'a row that lacks a field',
    code: 'MALFORMED',
    names: 'line 3 of rows.jsonl',
    run: async () =>
      readPairs({
        storage: await stored(`${goodPair}\n\n{"prompt": "a", "kind": "harmful"}`),
        path: 'rows.jsonl',
      }),
  },
  {
    name: 'a prompt of an unknown kind',
    code: 'MALFORMED',
    names: 'line 1 of rows.jsonl',
    run: async () =>
      readPrompts({ storage: await stored('{"prompt": "a", "kind": "bad"}'), path: 'rows.jsonl' }),
  },
  {
    name: 'recorded outputs that are not there',
    code: 'NOT_FOUND',
    names: 'rows.jsonl',
    run: async () => recordedReference({ storage: memoryStorage(), path: 'rows.jsonl' }),
  },
  {
    name: 'an endpoint that cannot be reached',
    code: 'UNREACHABLE',
    names: '127.0.0.1:9',
    run: async () => {
      const reference = endpointReference({ baseURL: 'http://127.0.0.1:9/v1', model: 'm', maxRetries: 0 })
      for await (const _ of reference.respond([{ prompt: 'a', kind: 'harmful' }])) expect.fail('answered')
    },
  },
]

describeCases('data that is damaged or incomplete', data)
