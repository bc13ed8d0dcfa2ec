import { gzipSync } from 'node:zlib'
import { createRandom, type Random } from '@policypatch/core/platform'
import { type MadeArchive, type MadeEntry, zipBytes } from '../../packages/backend-web/test/zip-bytes.ts'
import { gnuLongName, paxEntry, type TarEntry, tarBytes } from './tar-bytes.ts'

/** An archive with a valid patch and something that must not be read. */
export interface MaliciousArchive {
  readonly what: string
  readonly fileName: string
  readonly bytes: Uint8Array
}

type Made = Pick<MaliciousArchive, 'what' | 'bytes'>
type Files = Readonly<Record<string, Uint8Array>>

const megabyte = 2 ** 20
const evil = Buffer.from('#!/bin/sh\n')
/** Deflate compresses these by its maximum factor of about a thousand. */
const zeros = (bytes: number) => Buffer.alloc(bytes)

/** Names that escape from a folder, or that file systems resolve to a different file. */
function strayName(random: Random): string {
  const depth = '../'.repeat(1 + random.integer(6))
  const names = [
    `${depth}evil.sh`,
    `/tmp/evil-${random.integer(1000)}.sh`,
    `patch/${depth}${depth}.ssh/authorized_keys`,
    `patch/./../../evil.sh`,
    `..\\..\\evil-${random.integer(1000)}.bat`,
    `C:\\Windows\\evil.bat`,
    `c:evil.bat`,
    `patch//evil-${random.integer(1000)}.sh`,
    `patch/.`,
    `patch/evil\n.sh`,
    `patch/\u202egpj.sh`,
  ]
  return names[random.integer(names.length)] as string
}

/** Names that collide with a file of the patch, by case, by accents, or as a file and a folder. */
function collidingNames(random: Random): readonly string[] {
  const pairs = [
    ['patch/PATCH.JSON'],
    ['PATCH/patch.json'],
    ['patch/patch.json'],
    ['patch/Adapter_Config.json'],
    ['patch/caf\u00e9', 'patch/cafe\u0301'],
    ['patch/patch.json/evil'],
    ['a/b', 'a'],
  ]
  return pairs[random.integer(pairs.length)] as readonly string[]
}

const tarKinds: readonly ((random: Random, files: Files) => Made)[] = [
  (random, files) => {
    const name = strayName(random)
    return tar(`the name ${JSON.stringify(name)}`, random, files, [{ name, bytes: evil }])
  },
  (random, files) => {
    const name = strayName(random)
    return tar('a name of PAX', random, files, [paxEntry({ path: name }), { name: 'patch/a', bytes: evil }])
  },
  (random, files) => {
    const name = strayName(random)
    return tar('a long name of GNU', random, files, [gnuLongName(name), { name: 'patch/a', bytes: evil }])
  },
  (random, files) => {
    const [type = '', what = ''] = [
      ...[
        ['1', 'a hard link'],
        ['2', 'a symbolic link'],
        ['3', 'a device'],
        ['4', 'a block device'],
      ],
      ...[
        ['6', 'a named pipe'],
        ['7', 'a contiguous file'],
      ],
    ][random.integer(6)] as string[]
    const link = ['/etc/passwd', '../../secret', 'patch.json', '.'][random.integer(4)] as string
    const name = ['patch/link', 'patch', 'link'][random.integer(3)] as string
    return tar(what, random, files, [{ name, type, link }])
  },
  (random, files) => {
    const names = collidingNames(random)
    const entries = names.map((name) => ({ name, bytes: evil }))
    return tar(`names that collide: ${names.join(', ')}`, random, files, entries)
  },
  (random, files) => {
    const bytes = zeros((25 + random.integer(40)) * megabyte)
    return tar('a bomb', random, files, [{ name: 'patch/zeros', bytes }], { compress: true })
  },
  (random, files) => {
    const size = [25 * megabyte, 2 ** 32, 8 ** 11 - 1][random.integer(3)] as number
    return tar(`an entry that says ${size} bytes`, random, files, [{ name: 'patch/big', bytes: evil, size }])
  },
  (random, files) => {
    const path = `patch/${'a'.repeat((1 + random.integer(30)) * megabyte)}`
    return tar('a header of megabytes', random, files, [paxEntry({ path }), { name: 'patch/a' }], {
      compress: true,
    })
  },
  (random, files) => {
    const count = 200 + random.integer(2000)
    const entries = Array.from({ length: count }, (_, i) => ({ name: `patch/${i}` }))
    return tar(`${count} files`, random, files, entries, { compress: true })
  },
  (random, files) =>
    tar('a wrong checksum', random, files, [
      { name: 'patch/a', bytes: evil, checksumOff: 1 + random.integer(100) },
    ]),
  (random, files) => {
    const whole = tar('', random, files, [], { compress: true }).bytes
    return { what: 'a cut archive', bytes: whole.subarray(0, 20 + random.integer(whole.length - 40)) }
  },
  (random, files) => {
    const both = [{ name: 'other/patch.json', bytes: files['patch.json'] as Uint8Array }]
    return tar('two patches', random, files, both)
  },
]

const zipKinds: readonly ((random: Random, files: Files) => Made)[] = [
  (random, files) => {
    const name = strayName(random)
    return zip(`the name ${JSON.stringify(name)}`, random, files, [{ name, bytes: evil }])
  },
  (random, files) => {
    const mode = [0xa1ff, 0x61b6, 0x21b6, 0x11b6, 0xc1ff][random.integer(5)] as number
    const target = ['/etc/passwd', '../../secret'][random.integer(2)] as string
    return zip('a link or device', random, files, [{ name: 'patch/link', mode, bytes: Buffer.from(target) }])
  },
  (random, files) => {
    const names = collidingNames(random)
    const entries = names.map((name) => ({ name, bytes: evil }))
    return zip(`names that collide: ${names.join(', ')}`, random, files, entries)
  },
  (random, files) => {
    const bytes = zeros((25 + random.integer(40)) * megabyte)
    return zip('a bomb', random, files, [{ name: 'patch/zeros', bytes }])
  },
  (random, files) => {
    const bytes = zeros((1 + random.integer(20)) * megabyte)
    const said = { size: random.integer(1000) }
    return zip('a bomb that says it is small', random, files, [
      { name: 'patch/zeros', bytes, local: said, central: said },
    ])
  },
  (random, files) => {
    const said = { size: [2 ** 32 - 1, 2 ** 31, 25 * megabyte][random.integer(3)] as number }
    return zip('an entry that says it is large', random, files, [
      { name: 'patch/big', bytes: evil, local: said, central: said },
    ])
  },
  (random, files) => {
    const entry = { name: `patch/${random.integer(100)}`, bytes: evil, central: { offset: 0 } }
    const own = Object.entries(files).map(([name, bytes]) => ({ name, bytes }))
    return { what: 'entries over one another, in a zip archive', bytes: zipBytes([...own, entry]) }
  },
  (random, files) => {
    const local = { name: strayName(random) }
    return zip('a name that only the entry says', random, files, [{ name: 'patch/fine', bytes: evil, local }])
  },
  (random, files) => {
    const count = 200 + random.integer(2000)
    const entries = Array.from({ length: count }, (_, i) => ({ name: `patch/${i}` }))
    return zip(`${count} files`, random, files, entries)
  },
  (random, files) => {
    const said = [{ flags: 1 }, { method: 99 }, { method: 12 }, { crc: 1 }][random.integer(4)] as object
    const entry = { name: 'adapter_config.json', bytes: evil, local: said, central: said }
    return zip('an encrypted, unknown or damaged entry', random, {}, [
      { name: 'patch.json', bytes: files['patch.json'] as Uint8Array },
      entry,
    ])
  },
  (random, files) =>
    zip('bytes between entries', random, files, [], { gap: Buffer.alloc(1 + random.integer(1000), 0x50) }),
  (random, files) => {
    const whole = zip('', random, files, []).bytes
    return { what: 'a cut archive', bytes: whole.subarray(0, 4 + random.integer(whole.length - 5)) }
  },
]

/** Generates `count` archives from a seed, half of them zip and half tar. */
export function* maliciousArchives(files: Files, count: number, seed: number): Generator<MaliciousArchive> {
  const random = createRandom(seed)
  for (let i = 0; i < count; i++) {
    const isZip = i % 2 === 1
    const kinds = isZip ? zipKinds : tarKinds
    const make = kinds[Math.floor(i / 2) % kinds.length] as (typeof kinds)[number]
    yield { ...make(random, files), fileName: `${i}.${isZip ? 'zip' : 'tgz'}` }
  }
}

function tar(
  what: string,
  random: Random,
  files: Files,
  entries: readonly TarEntry[],
  { compress = random.uniform() < 0.5 } = {},
): Made {
  const own = Object.entries(files).map(([name, bytes]) => ({ name: `patch/${name}`, bytes }))
  const bytes = tarBytes(random.uniform() < 0.5 ? [...own, ...entries] : [...entries, ...own])
  return { what: `${what}, in a tar archive`, bytes: compress ? gzipSync(bytes, { level: 6 }) : bytes }
}

function zip(
  what: string,
  random: Random,
  files: Files,
  entries: readonly MadeEntry[],
  more: MadeArchive = {},
): Made {
  const own = Object.entries(files).map(([name, bytes]) => ({ name: `patch/${name}`, bytes }))
  const all = random.uniform() < 0.5 ? [...own, ...entries] : [...entries, ...own]
  return { what: `${what}, in a zip archive`, bytes: zipBytes(all, more) }
}
