import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { readArchive } from '../../../packages/registry/src/sources/archive/read-archive.ts'
import { parseEntry } from '../../../packages/registry/src/state/journal.ts'
import { formatLockFile, parseLockFile } from '../../../packages/registry/src/state/lock-file.ts'
import { parseProjectFile } from '../../../packages/registry/src/state/project-file.ts'
import { gnuLongName, paxEntry, type TarEntry, tarBytes } from '../../installs/tar-bytes.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { patches } from './patch.ts'

const locked = {
  ...{ version: '1.0.0', digest: 'a'.repeat(64), source: 'npm:@acme/calm' },
  ...{ wanted: 'npm:@acme/calm@^1.0.0', signers: ['acme'] },
}
const lock = { models: { 'tiny/llama': { calm: locked } } }
const entry = {
  ...{ id: '1', time: '2026-01-01T00:00:00.000Z', command: 'install calm' },
  changes: [{ model: 'tiny/llama', name: 'calm', before: locked, after: locked, undoes: '0' }],
  added: [{ name: 'calm', version: '1.0.0', digest: 'a'.repeat(64) }],
  removed: [{ name: 'calm', version: '0.9.0' }],
}
const project = {
  repositories: { acme: { url: 'https://patches.example', root: 'acme.root.json' } },
  models: { 'tiny/llama': { calm: '^1.0.0' } },
}

const texts = fc.constantFrom(
  '"policypatch-lock/v1"',
  '"policypatch-lock/v2"',
  '"^1.0.0"',
  '"file:a"',
  '["acme"]',
)

const jsonReader = (name: string, right: unknown, read: (bytes: Uint8Array) => unknown): FuzzedReader => {
  const text = utf8(JSON.stringify(right))
  return {
    name,
    files: fc.oneof(
      {
        weight: 3,
        arbitrary: changedJson(fc.constant(treeOf(right)), texts).map((held) => ({ [name]: utf8(held) })),
      },
      { weight: 1, arbitrary: damaged(fc.constant({ [name]: text }), [text]) },
    ),
    read: async ({ [name]: bytes = new Uint8Array() }) => read(bytes),
    ambiguity: (files) => doubleNameIn(files[name]),
  }
}

const lockText = JSON.parse(formatLockFile(lock))
export const lockReader = jsonReader('policypatch.lock', lockText, (bytes) => parseLockFile(bytes))
export const projectReader = jsonReader('policypatch.json', project, (bytes) => parseProjectFile(bytes))
const { ambiguity: _, ...entryReader } = jsonReader('journal-entry', entry, (bytes) =>
  parseEntry(new TextDecoder().decode(bytes)),
)
export const historyReader: FuzzedReader = entryReader

const name = fc.oneof(
  oddStrings.map((held) => held.slice(0, 300)),
  fc.constantFrom(
    'a',
    'A',
    'a/',
    'p/patch.json',
    'p/PATCH.JSON',
    '../a',
    '/a',
    './a',
    '.',
    './',
    'é',
    'e\u0301',
  ),
)
const odd: fc.Arbitrary<TarEntry> = fc.oneof(
  fc.record(
    {
      name,
      bytes: fc.uint8Array({ maxLength: 50 }),
      type: fc.constantFrom(...'01234567xgLKSVD'),
      link: name,
      size: fc.constantFrom(0, 1, 511, 513, 2 ** 25, 2 ** 33 - 1),
      checksumOff: fc.constantFrom(0, 0, 0, 1),
    },
    { requiredKeys: ['name'] },
  ),
  name.map((path) => paxEntry({ path })),
  fc.constantFrom('0', '-1', '1e9', '99999999999').map((size) => paxEntry({ size })),
  name.map(gnuLongName),
)

const file = 'patch.tgz'
const entriesOf = (files: Files): TarEntry[] =>
  Object.entries(files).map(([path, bytes]) => ({ name: `p/${path}`, bytes }))
const small = patches.flatMap((files) => [tarBytes(entriesOf(files)), gzipSync(tarBytes(entriesOf(files)))])

export const tarReader: FuzzedReader = {
  name: 'tar',
  files: fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...patches), fc.array(odd, { maxLength: 3 }), fc.boolean(), fc.boolean())
        .map(([files, more, isFirst, isZipped]) => {
          const own = entriesOf(files)
          const bytes = tarBytes(isFirst ? [...more, ...own] : [...own, ...more])
          return { [file]: isZipped ? gzipSync(bytes) : bytes }
        }),
    },
    {
      weight: 1,
      arbitrary: damaged(
        fc.constantFrom(...small).map((held) => ({ [file]: held })),
        small,
      ),
    },
  ),
  read: async ({ [file]: bytes = new Uint8Array() }) => readArchive(bytes, file),
}
