import { expect, test } from 'vitest'
import { tinyManifest } from '../../../test/patch/tiny-patch.ts'
import { PatchError } from '../../errors.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { checkManifest, parseManifest } from './parse-manifest.ts'

const files = {
  'adapter_config.json': 'd'.repeat(64),
  'adapter_model.safetensors': 'e'.repeat(64),
}
const encode = (value: unknown) => new TextEncoder().encode(canonicalJson(value))

function errorOf(act: () => unknown): PatchError {
  try {
    act()
  } catch (error) {
    if (error instanceof PatchError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('gives back what was written', () => {
  const manifest = { ...tinyManifest, files }
  expect(parseManifest(encode(manifest))).toEqual(manifest)
})

test('fields that it does not know are ignored', () => {
  const manifest = { ...tinyManifest, files }
  expect(parseManifest(encode({ ...manifest, homepage: 'https://example.org' }))).toEqual(manifest)
})

test('one error names every bad field', () => {
  const { domain: _, ...rest } = tinyManifest
  const [effect] = tinyManifest.effects
  const error = errorOf(() =>
    parseManifest(
      encode({
        ...rest,
        name: '../escape',
        version: '1.2',
        base: { ...tinyManifest.base, hiddenSize: 16.5, weights: 'B'.repeat(64) },
        effects: [{ ...effect, n: 0, before: { value: 0.5, low: 0.6, high: 0.7 } }],
        requires: ['other@'],
        created: '2026-01-02',
        files: { ...files, '../README.md': 'f'.repeat(64) },
      }),
      'p/patch.json',
    ),
  )
  expect(error.code).toBe('MALFORMED')
  expect(error.expected).toContain('p/patch.json')
  const fields =
    'name version domain base.hiddenSize base.weights effects.0.n effects.0.before requires.0 created files.../README.md'
  for (const field of fields.split(' ')) expect(error.found).toContain(`${field}: `)
  expect(error.found).toMatch(/^10 bad fields/)
})

test('patch.json must list the digests of the two files that PEFT loads', () => {
  expect(errorOf(() => parseManifest(encode(tinyManifest))).found).toContain('files: ')
  const listed = { 'adapter_config.json': 'd'.repeat(64) }
  const error = errorOf(() => parseManifest(encode({ ...tinyManifest, files: listed })))
  expect(error.found).toContain('must list adapter_config.json and adapter_model.safetensors')
})

test('a later format asks for an update, another one is malformed', () => {
  const later = errorOf(() => parseManifest(encode({ format: 'policypatch/v2', shape: 'unheard of' })))
  expect(later.code).toBe('UNSUPPORTED')
  expect(later.remedy).toMatch(/^Update policypatch/)
  expect(errorOf(() => parseManifest(encode({ ...tinyManifest, files, format: 'lora' }))).code).toBe(
    'MALFORMED',
  )
})

test('what is no JSON object is refused; what ends early is said to', () => {
  const whole = encode({ ...tinyManifest, files })
  expect(errorOf(() => parseManifest(whole.subarray(0, 200))).code).toBe('TRUNCATED')
  expect(errorOf(() => parseManifest(new Uint8Array())).code).toBe('TRUNCATED')
  for (const text of ['[]', 'null', '{"a" 1}', '"{}"']) {
    expect(errorOf(() => parseManifest(new TextEncoder().encode(text))).code).toBe('MALFORMED')
  }
  expect(errorOf(() => parseManifest(Uint8Array.of(0x7b, 0xff, 0x7d))).code).toBe('MALFORMED')
})

test('an author hears of every bad field, values that JSON cannot hold among them', () => {
  expect(() => checkManifest(tinyManifest)).not.toThrow()
  const options = {
    ok: undefined,
    sft: { rate: Number.NaN, on: () => {} },
    list: [1, Number.POSITIVE_INFINITY],
  }
  const error = errorOf(() =>
    checkManifest({ ...tinyManifest, license: '', recipe: { ...tinyManifest.recipe, options } }),
  )
  expect(error.code).toBe('INVALID_ARGUMENT')
  for (const field of ['license', 'options.sft.rate', 'options.sft.on', 'options.list.1']) {
    expect(error.found).toContain(`${field}: `)
  }
  expect(error.found).toMatch(/^4 bad fields/)
})
