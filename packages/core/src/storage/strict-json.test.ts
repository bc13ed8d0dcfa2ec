import { describe, expect, it } from 'vitest'
import { parseJsonFile } from './parse-json-file.ts'
import { strictJson } from './strict-json.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseJsonFile(encode(text), 'config.json')

describe('strictJson', () => {
  it.each([
    '{"a": [1, {"b": "}\\"{"}], "c": {"a": null}}',
    '[{"a": 1}, {"a": 2}]',
    '{"a": "a", "b": ["a", "a"], "": 1, "\\\\": "\\\\\\"", "NaN": "Infinity"}',
    '{"__proto__": {"a": 1}, "constructor": 2, "1": 3, "01": 4}',
    ' "a, \\"b\\": {" ',
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ])('reads %s as JSON.parse does', (text) => {
    const value = strictJson(text)
    expect(value).toEqual(JSON.parse(text))
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)))
  })

  it.each([
    ['{"a": 1, "a": 1}', /"a" twice/],
    ['{"a": 1, "b": {"a": 2, "c": "}", "\\u0061": 3}}', /"a" twice/],
    ['[{}, {"x": [{"y": {}}], "x": 1}]', /"x" twice/],
    ['{"__proto__": 1, "__proto__": 2}', /"__proto__" twice/],
    [`{"a": ${'['.repeat(100)}${']'.repeat(100)}}`, /nesting deeper than 100/],
    ['{"a": NaN}', /^NaN, which/],
    ['{"a": [-Infinity]}', /^Infinity, which/],
  ])('refuses %s', (text, words) => {
    expect(() => strictJson(text)).toThrow(words)
  })

  it('gives up on deep nesting at once', () => {
    const started = performance.now()
    expect(() => strictJson('['.repeat(40e6))).toThrow(/nesting/)
    expect(() => strictJson('{"a":'.repeat(8e6))).toThrow(/nesting/)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('refuses what would take far more memory than its text', () => {
    expect(() => strictJson(`[${'{},'.repeat(1e6)}{}]`)).toThrow(/^more than 711788 objects and lists in 300/)
    expect(() => strictJson(`[${'[0],'.repeat(1e6)}0]`)).toThrow(/objects and lists/)
    expect(() => strictJson(`[${'0,'.repeat(4e6)}0]`)).toThrow(/^more than 3097152 values/)
    const names = Array.from({ length: 7e5 }, (_, i) => `"${i}":0`)
    expect(() => strictJson(`{${names}}`)).toThrow(/^more than 642864 names in 7588891/)
  })

  it('reads as many merges as the largest tokenizers have', () => {
    const merges = `[${'["t1","t23"],'.repeat(5.9e5)}0]`
    expect((strictJson(merges) as unknown[]).length).toBe(5.9e5 + 1)
  })

  it('takes time in proportion to the text', () => {
    const backslashes = `{${Array.from({ length: 200 }, (_, i) => `"${i}${'\\'.repeat(1e4)}": 1`)}}`
    const names = `{${Array.from({ length: 2e5 }, (_, i) => `"${i}": ${i}`)}}`
    const started = performance.now()
    strictJson(backslashes)
    strictJson(names)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('parseJsonFile', () => {
  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1', 'Git LFS', 'MALFORMED'],
    ['<!DOCTYPE html><html></html>', 'a web page', 'MALFORMED'],
    ['', 'Unexpected end', 'TRUNCATED'],
    ['\0'.repeat(9), 'zeros at its start', 'MALFORMED'],
    ['{"a": NaN}', 'NaN, which Python writes', 'MALFORMED'],
    ['{"a": 1, "a": 2}', 'the name "a" twice', 'MALFORMED'],
    ['['.repeat(200), 'nesting deeper than 100', 'MALFORMED'],
    ['[1]', 'an array', 'MALFORMED'],
    ['null', 'null', 'MALFORMED'],
    ['{"a": 1', 'Expected', 'TRUNCATED'],
  ])('says what %j is', (text, words, code) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ name: 'PatchError', code, message: expect.stringContaining(words) }),
    )
  })

  it('refuses what is no UTF-8', () => {
    expect(() => parseJsonFile(Uint8Array.of(0x7b, 0xff, 0x7d), 'x')).toThrow(/utf-8/i)
  })
})
