import { readPatch, type Storage } from '@policypatch/core'
import fc from 'fast-check'
import { zipStorage } from '../../../packages/backend-web/src/storage/zip-storage.ts'
import { type MadeEntry, zipBytes } from '../../../packages/backend-web/test/zip-bytes.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { zipAmbiguity } from '../zip-parts.ts'
import { changedPatches, patches } from './patch.ts'

const file = 'patch.zip'
const zip = (entries: readonly MadeEntry[], more = {}): Files => ({ [file]: zipBytes(entries, more) })

const name = fc.oneof(
  oddStrings.map((text) => text.slice(0, 3000)),
  fc.constantFrom(
    ...[
      'a',
      'A',
      'a/',
      'a/b',
      'p/patch.json',
      'p//patch.json',
      'p/./patch.json',
      '../a',
      '/a',
      'p\\patch.json',
      'é',
      'e\u0301',
      'p/PATCH.JSON',
    ],
  ),
)
const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 50 }) },
  { weight: 2, arbitrary: fc.nat(2000).map((length) => new Uint8Array(length)) },
  { weight: 1, arbitrary: fc.constantFrom(100_000, 17 * 2 ** 20).map((length) => new Uint8Array(length)) },
)
const number = fc.constantFrom(0, 1, 8, 9, 30, 46, 65_535, 2 ** 31, 2 ** 32 - 1)
/** False claims of an entry about itself. */
const said = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        name,
        flags: fc.constantFrom(0, 1, 8, 64, 2048, 8192),
        method: fc.constantFrom(0, 8, 9, 12, 99),
        crc: number,
        packed: number,
        size: number,
        offset: number,
      },
      { requiredKeys: [] },
    ),
  },
)
const entry: fc.Arbitrary<MadeEntry> = fc.record(
  {
    name,
    bytes,
    isStored: fc.boolean(),
    descriptor: fc.constantFrom('marked', 'bare'),
    local: said,
    central: said,
    mode: fc.constantFrom(0, 0, 0o100644, 0o40755, 0o120777, 0o10644),
    extra: fc.oneof(
      { weight: 9, arbitrary: fc.constant(new Uint8Array(0)) },
      fc.uint8Array({ maxLength: 24 }),
      fc.constant(Uint8Array.of(1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ),
  },
  { requiredKeys: ['name'] },
)
const more = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  fc.record(
    {
      gap: fc.uint8Array({ maxLength: 30 }),
      comment: fc.uint8Array({ maxLength: 30 }),
      count: fc.constantFrom(0, 1, 3, 65_535),
    },
    { requiredKeys: [] },
  ),
)
const made = fc.tuple(fc.array(entry, { maxLength: 5 }), more).map(([entries, rest]) => zip(entries, rest))

const entriesOf = (files: Files): MadeEntry[] =>
  Object.entries(files).map(([path, held]) => ({ name: `p/${path}`, bytes: held }))
const rightPatches = fc.constantFrom(...patches).map(entriesOf)

/** A valid patch with odd entries next to it. */
const besides = fc
  .tuple(rightPatches, fc.array(entry, { maxLength: 2 }), more)
  .map(([entries, odd, rest]) => zip([...entries, ...odd], rest))
const many = fc
  .constantFrom(999, 1001, 60_000)
  .map((count) => zip(Array.from({ length: count }, (_, i) => ({ name: `${i}`, isStored: true }))))

const small = patches.map((files) => zip(entriesOf(files))[file] as Uint8Array)
const archives = fc.oneof(
  { weight: 30, arbitrary: made },
  { weight: 30, arbitrary: besides },
  {
    weight: 30,
    arbitrary: damaged(
      fc.constantFrom(...small).map((held) => ({ [file]: held })),
      small,
    ),
  },
  { weight: 1, arbitrary: many },
)

async function readAll(storage: Storage, folder: string): Promise<void> {
  for (const name of await storage.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`
    const below = await storage.list(path)
    await (below.length > 0 ? readAll(storage, path) : storage.read(path))
  }
}

export const zipReader: FuzzedReader = {
  name: 'zip',
  files: archives,
  async read({ [file]: held = new Uint8Array(0) }) {
    await readAll(await zipStorage(held), '')
  },
  ambiguity: ({ [file]: held }) => held && zipAmbiguity(held),
}

export const patchZipReader: FuzzedReader = {
  name: 'patch-zip',
  files: fc.oneof(
    besides,
    changedPatches.map((files) => zip(entriesOf({ ...files, 'notes.txt': utf8('a') }))),
  ),
  async read({ [file]: held = new Uint8Array(0) }) {
    await readPatch({ storage: await zipStorage(held), path: 'p' })
  },
  ambiguity: ({ [file]: held }) => held && zipAmbiguity(held),
}
