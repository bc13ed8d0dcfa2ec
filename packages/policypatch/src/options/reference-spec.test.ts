import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { refuseSettings } from './endpoint-spec.ts'
import { type JudgeSpec, openJudge, parseJudgeSpec } from './judge-spec.ts'
import { parseReferenceSpec } from './reference-spec.ts'

const endpoint = { type: 'endpoint', baseURL: 'http://localhost:8080/v1', model: 'org/model#2' } as const

describe('references', () => {
  test.each([
    ['owner/name', { type: 'model', id: 'owner/name' }],
    ['C:\\models\\safe', { type: 'model', id: 'C:\\models\\safe' }],
    ['./recorded', { type: 'model', id: './recorded' }],
    ['adapter:C:\\lora', { type: 'adapter', directory: 'C:\\lora' }],
    ['system-prompt', { type: 'system-prompt', file: undefined }],
    ['system-prompt:policy.txt', { type: 'system-prompt', file: 'policy.txt' }],
    ['recorded:outputs.jsonl', { type: 'recorded', file: 'outputs.jsonl' }],
    ['endpoint:http://localhost:8080/v1#org/model#2', endpoint],
  ])('%s', (text, spec) => {
    expect(parseReferenceSpec(text)).toEqual(spec)
  })

  test.each([
    '',
    'adapter',
    'adapter:',
    'recorded:',
    'system-prompt:',
    'endpoint:',
    'endpoint:http://host/v1',
    'endpoint:host#m',
    'endpoint:http://host/v1#',
  ])('refuses "%s"', (text) => {
    expect(() => parseReferenceSpec(text)).toThrow(InvalidArgumentError)
  })
})

describe('settings of an endpoint', () => {
  test('are refused where there is none, by the options', async () => {
    await expect(openJudge({ type: 'refusal' }, { apiKey: 'k', body: {} }, () => {})).rejects.toThrow(
      /--judge-key-env and --judge-body/,
    )
    expect(() => refuseSettings('reference', { body: undefined, keepThinking: true })).toThrow(
      /--keep-thinking/,
    )
    const { name } = await openJudge({ type: 'refusal' }, { apiKey: undefined }, () => {})
    expect(name).toMatch(/refusal/)
  })
})

describe('judges', () => {
  test('refusal and endpoints', () => {
    expect(parseJudgeSpec('refusal')).toEqual({ type: 'refusal' })
    expect(parseJudgeSpec('endpoint:http://localhost:8080/v1#org/model#2')).toEqual(endpoint)
  })

  test.each<[string, JudgeSpec]>([
    ['regex:^\\{', { type: 'regex', pattern: '^\\{', flags: '' }],
    ['regex:/arr|matey/is', { type: 'regex', pattern: 'arr|matey', flags: 'is' }],
    ['regex:a/b', { type: 'regex', pattern: 'a/b', flags: '' }],
    ['json', { type: 'json', schema: undefined }],
    ['json:a:b.json', { type: 'json', schema: 'a:b.json' }],
    ['classifier', { type: 'classifier', labels: [] }],
    ['classifier:org/model#fr,de', { type: 'classifier', model: 'org/model', labels: ['fr', 'de'] }],
    ['file:./judge.ts', { type: 'file', file: './judge.ts' }],
  ])('%s', (text, spec) => {
    expect(parseJudgeSpec(text)).toEqual(spec)
  })

  test('an endpoint is told of a goal in a sentence, others are not', async () => {
    const judge = await openJudge(endpoint, { criteria: 'It rhymes.' }, () => {})
    const { criteria } = judge.settings as { criteria: Record<string, string> }
    expect(Object.keys(criteria)).toEqual(['target', 'keep'])
    for (const text of Object.values(criteria)) expect(text).toContain('It rhymes.')
    await expect(openJudge({ type: 'json', schema: undefined }, { criteria: 'x' }, () => {})).rejects.toThrow(
      /--judge-criteria/,
    )
  })

  test.each([
    ...[
      '',
      'owner/name',
      'endpoint:',
      'endpoint:http://host/v1',
      'regex:',
      'regex',
      'json:',
      'file:',
      'refusal:x',
    ],
    ...['classifier:model', 'classifier:#a', 'yaml'],
  ])('refuses "%s"', (text) => {
    expect(() => parseJudgeSpec(text)).toThrow(InvalidArgumentError)
  })
})
