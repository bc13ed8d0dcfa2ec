import { describe, expect, test } from 'vitest'
import { formatHubId, hubAddress, parseHubId } from './hub-id.ts'

const commit = 'c0ffee'.padEnd(40, '0')

describe('parseHubId', () => {
  test.each([
    ['owner/name', 'owner/name'],
    ['owner/name@refs/pr/1', 'owner/name@refs/pr/1'],
    ['owner/name:Q8_0', 'owner/name:Q8_0'],
    ['owner/name:UD-Q4_K_XL@v1.0', 'owner/name:UD-Q4_K_XL@v1.0'],
    ['owner/name:tiny.Q8_0.gguf', 'owner/name/tiny.Q8_0.gguf'],
    ['owner/name/Q8_0/tiny model+1#2%20é.gguf@main', 'owner/name/Q8_0/tiny model+1#2%20é.gguf@main'],
    ['owner/name/a@b.gguf', 'owner/name/a@b.gguf'],
    ['https://huggingface.co/owner/name', 'owner/name'],
    ['https://huggingface.co/owner/name/', 'owner/name'],
    ['https://huggingface.co/owner/name?library=transformers#files', 'owner/name'],
    ['https://huggingface.co/owner/name/tree/main', 'owner/name@main'],
    ['https://huggingface.co/owner/name/tree/refs%2Fpr%2F1', 'owner/name@refs/pr/1'],
    ['https://huggingface.co/owner/name/tree/refs/pr/1', 'owner/name@refs/pr/1'],
    ['https://huggingface.co/owner/name/blob/main/Q8%5F0/t%20m%2B1.gguf', 'owner/name/Q8_0/t m+1.gguf@main'],
    [
      `https://huggingface.co/owner/name/resolve/${commit}/t.gguf?download=true`,
      `owner/name/t.gguf@${commit}`,
    ],
    ['hf.co/owner/name:Q8_0', 'owner/name:Q8_0'],
    ['huggingface.co/owner/name', 'owner/name'],
    ['hf://owner/name', 'owner/name'],
    ['hf://owner/name@v1/Q8_0/t.gguf', 'owner/name/Q8_0/t.gguf@v1'],
    ['hf://models/owner/name', 'owner/name'],
    ['https://mirror.test/hub/owner/name/resolve/main/t.gguf', 'owner/name/t.gguf@main'],
  ])('%s is %s', (text, id) => {
    expect(formatHubId(parseHubId(text, 'https://mirror.test/hub'))).toBe(id)
  })

  test.each([
    'name',
    'a/b/c',
    '../name',
    'models/tiny.gguf',
    'owner/..',
    '',
    'o/n:a:b',
    'o/n@a b',
    'o/n/../t.gguf',
  ])('"%s" is no id', (text) => {
    expect(() => parseHubId(text)).toThrow(/Check the path or the id/)
  })

  test.each([
    'https://huggingface.co/datasets/owner/name',
    'https://huggingface.co/spaces/owner/name',
    'https://huggingface.co/owner',
    'https://huggingface.co/owner/name/discussions/1',
    'https://huggingface.co/owner/name/tree/main/folder',
    'https://huggingface.co/owner/name/blob/main/model.safetensors',
    'https://huggingface.co/owner/name/blob/main/%2e%2e/t.gguf',
    'https://huggingface.co/owner/name/blob/main/%E0.gguf',
    'https://huggingface.co/owner/name/blob/main/a%0Ab.gguf',
  ])('%s is a page of no model', (text) => {
    expect(() => parseHubId(text)).toThrow(/the Hub page of a model.*Use the id/)
  })

  test('an address elsewhere is called one', () => {
    expect(() => parseHubId('https://example.com/t.gguf')).toThrow(/a URL that is not on the Hub/)
  })
})

describe('hubAddress', () => {
  test.each([
    ['hf-mirror.test', 'https://hf-mirror.test'],
    [' https://hf-mirror.test// ', 'https://hf-mirror.test'],
    ['localhost:8080', 'https://localhost:8080'],
    ['http://host:81/api/hub/', 'http://host:81/api/hub'],
  ])('%s is %s', (text, address) => {
    expect(hubAddress(text, 'HF_ENDPOINT')).toBe(address)
  })

  test.each([
    'ftp://host',
    'https://',
    'https://a b',
    'https://me:secret@host',
    'https://host?token=secret',
    '://',
  ])('%s is refused, and no secret shown', (text) => {
    expect(() => hubAddress(text, 'HF_ENDPOINT')).toThrow(/Expected HF_ENDPOINT to be the URL of a Hub/)
    expect(() => hubAddress(text, 'HF_ENDPOINT')).not.toThrow(/secret/)
  })
})
