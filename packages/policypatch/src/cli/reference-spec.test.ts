import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { refuseSettings } from './endpoint-spec.ts'
import { openJudge, parseJudgeSpec } from './judge-spec.ts'
import { parseReferenceSpec } from './reference-spec.ts'

const endpoint = { type: 'endpoint', baseURL: 'http://localhost:8080/v1', model: 'org/model#2' }

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

  test.each(['', 'owner/name', 'endpoint:', 'endpoint:http://host/v1'])('refuses "%s"', (text) => {
    expect(() => parseJudgeSpec(text)).toThrow(InvalidArgumentError)
  })
})
