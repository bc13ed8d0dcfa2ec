import { deflateRawSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { type MadeArchive, type MadeEntry, zipBytes } from '../../test/zip-bytes.ts'
import { filesStorage } from './files-storage.ts'
import { patchFolders } from './patch-folders.ts'
import { crc32, zipStorage } from './zip-storage.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = bytes('{"a": 1}'.repeat(100))
const entry = (name: string, more: Partial<MadeEntry> = {}): MadeEntry => ({ name, bytes: text, ...more })

test('files of an archive are listed and read, whoever made it', async () => {
  const archives = [
    zipSync({ 'p/patch.json': text, 'p/empty': new Uint8Array(), 'q/é': [text, { level: 0 }] }),
    zipBytes([
      { name: 'p/', mode: 0o40755 },
      entry('p/patch.json', { mode: 0o100644, descriptor: 'marked' }),
      { name: 'p/empty', isStored: true },
      entry('q/é', { descriptor: 'bare', extra: Uint8Array.of(0xfe, 0xca, 0, 0) }),
    ]),
  ]
  for (const archive of archives) {
    for (const given of [archive, new Blob([archive as Uint8Array<ArrayBuffer>])]) {
      const storage = await zipStorage(given)
      expect(await storage.list('')).toEqual(['p', 'q'])
      expect(await storage.list('./p/')).toEqual(['empty', 'patch.json'])
      expect(await storage.read('p//patch.json')).toEqual(text)
      expect(await storage.read('p/empty')).toEqual(new Uint8Array())
      const source = await storage.open('q/é')
      expect([source.size, await source.read(2, 5)]).toEqual([text.length, text.subarray(2, 5)])
      await source.close()
      expect([await storage.exists('p'), await storage.exists('p/none')]).toEqual([true, false])
    }
  }
})

test.each<[string, readonly MadeEntry[], MadeArchive?]>([
  ['a name twice', [entry('p/patch.json'), entry('p/patch.json')]],
  ['a name in other letters of case', [entry('p/patch.json'), entry('p/Patch.json')]],
  ['a folder in other letters of case', [entry('p/a'), entry('P/b')]],
  ['a file that is a folder as well', [entry('p'), entry('p/patch.json')]],
  ['an empty name in a path', [entry('p//patch.json')]],
  ['a point in a path', [entry('./p/patch.json')]],
  ['a path that leads out', [entry('../patch.json')]],
  ['an absolute path', [entry('/p/patch.json')]],
  ['a drive', [entry('C:/patch.json')]],
  ['backslashes', [entry('p\\patch.json')]],
  ['no name', [entry('')]],
  ['a control character in a name', [entry('p/\u001b[2J')]],
  ['a mark of direction in a name', [entry('p/\u202enosj.hctap')]],
  ['a link', [entry('p/patch.json', { mode: 0o120777 })]],
  ['a device', [entry('p/patch.json', { mode: 0o020666 })]],
  ['a folder entry with content', [entry('p/')]],
  ['another name in its header', [entry('p/patch.json', { local: { name: 'p/other.json' } })]],
  ['another size in its header', [entry('p/patch.json', { local: { size: 7 } })]],
  ['another CRC-32 in its header', [entry('p/patch.json', { local: { crc: 7 } })]],
  ['another method in its header', [entry('p/patch.json', { local: { method: 0 } })]],
  ['another flag in its header', [entry('p/patch.json', { local: { flags: 1 } })]],
  ['another size in its descriptor', [entry('p/patch.json', { descriptor: 'marked', central: { size: 7 } })]],
  [
    'two lengths of stored bytes',
    [entry('p/a', { isStored: true, local: { size: 7 }, central: { size: 7 } })],
  ],
  ['entries that overlap', [entry('p/a'), entry('p/b', { central: { offset: 0 } })]],
  ['bytes between entries and directory', [entry('p/a')], { gap: bytes('hidden') }],
  ['more entries than its directory', [entry('p/a')], { count: 2 }],
  ['fewer entries than its directory', [entry('p/a'), entry('p/b')], { count: 1 }],
  ['a second end record in its comment', [entry('p/a')], { comment: zipBytes([]) }],
  ['a truncated extra field', [entry('p/a', { extra: Uint8Array.of(1, 2, 200, 0) })]],
])('MALFORMED: %s', async (_, entries, options) => {
  await expect(zipStorage(zipBytes(entries, options))).rejects.toMatchObject({ code: 'MALFORMED' })
})

test.each<[string, readonly MadeEntry[]]>([
  ['encrypted', [entry('p/a', { local: { flags: 1 }, central: { flags: 1 } })]],
  ['stored bytes whose length comes after them', [entry('p/a', { isStored: true, descriptor: 'marked' })]],
  ['another method', [entry('p/a', { local: { method: 93 }, central: { method: 93 } })]],
  ['Zip64', [entry('p/a', { extra: Uint8Array.of(1, 0, 0, 0) })]],
  ['a second name', [entry('p/a', { extra: Uint8Array.of(0x75, 0x70, 0, 0) })]],
])('UNSUPPORTED: %s', async (_, entries) => {
  await expect(zipStorage(zipBytes(entries))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})

describe('time and memory are in proportion to the archive', () => {
  test('thousands of files and megabytes of zeros are refused before they are unpacked', async () => {
    const many = zipBytes(Array.from({ length: 5000 }, (_, i) => ({ name: `f${i}`, isStored: true })))
    const zeros = zipBytes([{ name: 'zeros', bytes: new Uint8Array(40e6) }])
    const before = process.memoryUsage().arrayBuffers
    for (const archive of [many, zeros]) {
      const start = performance.now()
      await expect(zipStorage(archive)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
      expect(performance.now() - start).toBeLessThan(500)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8e6)
  })

  test('a file is not unpacked beyond what its directory says', async () => {
    const said = { size: 10, crc: crc32(new Uint8Array(10)) }
    const zeros = { name: 'a', bytes: new Uint8Array(15e6), local: said, central: said }
    await expect(zipStorage(zipBytes([zeros]))).rejects.toMatchObject({ code: 'MALFORMED' })
  })

  test('archives and files of more than is asked for', async () => {
    const archive = zipBytes([entry('a'), entry('b')])
    for (const limit of [{ maxBytes: archive.length - 1 }, { maxBytes: 1599 }, { maxFiles: 1 }]) {
      await expect(zipStorage(archive, limit)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    }
    await expect(zipStorage(archive, { maxBytes: 1600, maxFiles: 2 })).resolves.toBeDefined()
  })
})

test('MALFORMED: bytes after the end of what is unpacked, in which others would find an entry', async () => {
  const packed = deflateRawSync(text)
  const hidden = Buffer.concat([packed, zipBytes([entry('p/hidden')])])
  const said = { method: 8, size: text.length, crc: crc32(text) }
  const made = { name: 'p/a', bytes: new Uint8Array(hidden), isStored: true, local: said, central: said }
  await expect(zipStorage(zipBytes([made]))).rejects.toThrow(/bytes after its end/)
  const right = { ...made, bytes: new Uint8Array(packed) }
  await expect((await zipStorage(zipBytes([right]))).read('p/a')).resolves.toEqual(text)
})

test('what ends in zeros, which an inflater takes for granted, is whole', async () => {
  const ends = new Set<number | undefined>()
  for (let length = 1; length <= 64; length++) {
    const bytes = text.slice(0, length)
    const archive = zipSync({ a: [bytes, { level: 9 }] })
    ends.add(deflateRawSync(bytes, { level: 9 }).at(-1))
    // A Buffer, of which a slice is a view.
    await expect((await zipStorage(Buffer.from(archive))).read('a')).resolves.toEqual(bytes)
  }
  expect(ends).toContain(0)
})

test('any byte altered, or cut off, is a PatchError or nothing changes', async () => {
  const archive = zipBytes([entry('p/patch.json'), entry('p/b', { descriptor: 'bare' })])
  const outcome = (made: Uint8Array) =>
    zipStorage(made)
      .then(async (storage) => [await storage.read('p/patch.json'), await storage.read('p/b')])
      .catch((error: { name: string }) => error.name)
  for (let at = 0; at < archive.length; at++) {
    const altered = archive.slice()
    altered[at] = (altered[at] as number) ^ 0x11
    for (const made of [altered, archive.subarray(0, at)]) {
      const found = await outcome(made)
      if (found !== 'PatchError') expect(found).toEqual([text, text])
    }
  }
})

test('CRC-32 of the check value', () => expect(crc32(bytes('123456789'))).toBe(0xcbf43926))

test('patches among a hundred thousand files are found at once', async () => {
  const blob = new Blob(['{}'])
  const paths = Array.from({ length: 1e5 }, (_, i) => `p${i % 1000}/q/f${i}`)
  const storage = filesStorage([...paths, 'p7/patch.json', 'patch.json'].map((path) => ({ path, blob })))
  const start = performance.now()
  const folders = await patchFolders({ storage, path: '' })
  expect(folders.map(({ path }) => path)).toEqual(['.', 'p7'])
  expect(performance.now() - start).toBeLessThan(2000)
})

test('files of one path are refused, however it is written', () => {
  const blob = new Blob(['x'])
  const given =
    (...paths: readonly string[]) =>
    () =>
      filesStorage(paths.map((path) => ({ path, blob })))
  expect(given('p/patch.json', 'p//patch.json')).toThrow(/two files at p\/patch\.json/)
  expect(given('p/patch.json', './p/patch.json')).toThrow(/two files at/)
  expect(given('')).toThrow(/path ''/)
  expect(given('p/patch.json', 'q/patch.json')).not.toThrow()
})
