import { beforeEach, expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { bytesSource, memoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Patch } from '../patch.ts'
import { createPatch } from './create-patch.ts'
import { checkManifest, parseManifest } from './parse-manifest.ts'
import { readPatch } from './read-patch.ts'
import { writePatch } from './write-patch.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
let storage: Storage
let patch: Patch

beforeEach(async () => {
  storage = memoryStorage()
  patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  await patch.save({ storage, path: 'tiny' })
})

/** The manifest as JSON, with one text in it replaced. */
const manifestWith = (path: string, value: unknown) => {
  const manifest = JSON.parse(JSON.stringify(patch.manifest))
  const names = path.split('.')
  const last = names.pop() as string
  names.reduce((held, name) => held[name], manifest)[last] = value
  return utf8(JSON.stringify(manifest))
}

const texts =
  'domain license base.id base.architecture prefix.init recipe.reference effects.0.metric effects.0.judge effects.0.data'.split(
    ' ',
  )
const forgeries = [
  '\u001b]0;title\u0007',
  '\u009b2J',
  '\u202e',
  '\u200b',
  '\r',
  '\nok: signature verified',
  '\u2028',
  '\t',
]

test.each(texts)('%s cannot write a line of its own, or give a terminal orders', (field) => {
  for (const forgery of forgeries) {
    const parse = () => parseManifest(manifestWith(field, `x${forgery}x`))
    expect(parse, JSON.stringify(forgery)).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
    expect(parse).toThrow(`${field}: `)
  }
  expect(() => parseManifest(manifestWith(field, 'x'.repeat(1001)))).toThrow(field)
})

test.each([
  ['name', 'a\nb'],
  ['name', 'nul'],
  ['version', '1.0.0\n'],
  ['version', `1.0.0-${'a'.repeat(300)}`],
  ['created', '2026-01-02T03:04:05Z\n'],
  ['requires', ['b@\u001b[2J']],
  ['conflicts', ['b@<1\nok']],
  ['recipe.data', { 'pairs\nok': 'c'.repeat(64) }],
  ['prefix.initText', 'Refuse.\u001b[2J'],
  ['prefix.length', 2 ** 40],
  ['base.hiddenSize', 1e300],
])('%s is not %j', (field, value) => {
  expect(() => parseManifest(manifestWith(field, value))).toThrow(
    expect.objectContaining({ code: 'MALFORMED' }),
  )
})

test('a prompt has line feeds', () => {
  expect(parseManifest(manifestWith('prefix.initText', 'Refuse.\n\tPolitely.')).prefix.initText).toBe(
    'Refuse.\n\tPolitely.',
  )
})

test.each([
  ['a file twice by letters of either case', { 'README.md': 'f'.repeat(64), 'readme.md': 'f'.repeat(64) }],
  ['patch.json itself', { 'Patch.json': 'f'.repeat(64) }],
  ['a device of Windows', { 'NUL.txt': 'f'.repeat(64) }],
  ['too many', Object.fromEntries(Array.from({ length: 63 }, (_, i) => [`f${i}`, 'f'.repeat(64)]))],
])('files are not %s', (_, more) => {
  const files = manifestWith('files', { ...patch.manifest.files, ...more })
  expect(() => parseManifest(files)).toThrow(/files[:.]/)
})

test('what two parsers read in two ways is refused, and a message is short', () => {
  const json = new TextDecoder().decode(patch.files['patch.json'])
  const twice = json.replace('"domain"', '"domain": "other", "domain"')
  const deep = json.replace('"tags": [', `"deep": ${'['.repeat(1e5)}${']'.repeat(1e5)}, "tags": [`)
  const padded = new Uint8Array(2e6)
  padded.set(utf8(json))
  const many = json.replace('"conflicts": [', `"conflicts": [${'"\\n",'.repeat(1e5)}`)
  for (const bytes of [utf8(twice), utf8(deep), padded, utf8(many)]) {
    try {
      parseManifest(bytes)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'MALFORMED' })
      expect((error as Error).message.length).toBeLessThan(5000)
    }
  }
})

test('an author hears of options that hold themselves, or have no end', () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic, cyclic)
  let deep: unknown = 1
  for (let level = 0; level < 1e5; level++) deep = [deep]
  for (const held of [cyclic, deep]) {
    const recipe = { ...tinyManifest.recipe, options: { held } }
    expect(() => checkManifest({ ...tinyManifest, recipe })).toThrow(/1 bad field|bad fields/)
  }
})

/** The storage, in which a file has another length; it must not be read. */
const withLength = (name: string, size: number): Storage => ({
  ...storage,
  async open(path) {
    if (!path.endsWith(name)) return storage.open(path)
    const source = bytesSource(path, new Uint8Array())
    return { ...source, size, read: () => expect.unreachable('it was read') }
  },
})

test.each([
  ['patch.json', 2 ** 31],
  ['README.md', 3 * 2 ** 30],
  ['adapter_config.json', 2 ** 31],
  ['adapter_model.safetensors', 2 ** 21],
])('%s of %d bytes is not read', async (name, size) => {
  await expect(readPatch({ storage: withLength(name, size), path: 'tiny' })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    found: `${size}`,
  })
})

test('files together are no longer than a patch can be, whatever it says of itself', async () => {
  const base = { ...patch.manifest.base, hiddenSize: 2 ** 31 - 1 }
  const prefix = { ...patch.manifest.prefix, length: 2 ** 31 - 1 }
  await storage.write('tiny/patch.json', utf8(JSON.stringify({ ...patch.manifest, base, prefix })))
  const huge = withLength('adapter_model.safetensors', 2 ** 30)
  await expect(readPatch({ storage: huge, path: 'tiny' })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  await expect(readPatch({ storage, path: 'tiny' })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
})

test('a whole patch is read as every other reader reads it, whatever lies beside it', async () => {
  const other = await createPatch({
    manifest: { ...tinyManifest, domain: 'toxicity' },
    prefix: tinyPrefix,
  })
  for (const [name, bytes] of Object.entries(other.files))
    await storage.write(`tiny/.incoming/${name}`, bytes)
  expect((await readPatch({ storage, path: 'tiny' })).manifest.domain).toBe('harmfulness')
  await writePatch({ storage, path: 'tiny' }, patch)
  expect((await readPatch({ storage, path: 'tiny' })).files).toEqual(patch.files)
  expect(await storage.exists('tiny/.incoming')).toBe(false)
})

test('what lies in the place of a replacement, and is none, changes nothing', async () => {
  await storage.write('tiny/.incoming/patch.json', utf8('{}'))
  await storage.write('tiny/README.md', utf8('other'))
  await expect(readPatch({ storage, path: 'tiny' })).rejects.toThrow()
  await writePatch({ storage, path: 'tiny' }, patch)
  expect((await readPatch({ storage, path: 'tiny' })).files).toEqual(patch.files)
})
