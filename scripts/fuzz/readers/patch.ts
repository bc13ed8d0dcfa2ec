import { createHash } from 'node:crypto'
import { createPatch, type Patch, readPatch } from '@policypatch/core'
import { parallelPrefix, parseManifest } from '@policypatch/core/patch'
import type { Gate } from '@policypatch/core/platform'
import fc from 'fast-check'
import { tinyManifest, tinyPrefix } from '../../../packages/core/test/patch/tiny-patch.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged, mutations } from '../mutations.ts'
import { changedSafetensors, safetensorsAmbiguity } from '../safetensors-parts.ts'
import { storageOf } from '../storage-of.ts'

const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i))
const gate: Gate = {
  ...{ layers: [1], window: 8, mean: numbers(32), scale: numbers(32), hidden: numbers(96) },
  ...{ hiddenBias: numbers(3), output: numbers(3), bias: 0.5 },
}
const figures = { recall: 0.9, harmful: 50, falsePositives: { default: 0.02 }, harmless: 80 }
const summary = { layers: [1], window: 8, units: 3, figures }
const { prefix } = tinyManifest

const gated = await createPatch({
  manifest: { ...tinyManifest, prefix: { ...prefix, gate: summary } },
  prefix: { ...tinyPrefix, gate },
})
const composed = await createPatch({
  manifest: {
    ...tinyManifest,
    prefix: {
      ...prefix,
      length: 8,
      parts: [
        { length: 4, weight: 0.5 },
        { length: 4, weight: 1, gate: summary },
      ],
    },
  },
  prefix: parallelPrefix([
    { prefix: { ...tinyPrefix, gate }, weight: 1 },
    { prefix: tinyPrefix, weight: 0.5 },
  ]),
})
/** Valid patches: a released one, one with a gate, one with parts. */
export const patches: readonly Files[] = [
  goldenFolder('fixtures/patches/v1/tiny-harmfulness'),
  ...[gated, composed].map(({ files }: Patch): Files => files),
]

const manifest = 'patch.json'
const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

const texts = fc.constantFrom(
  ...[
    '"policypatch/v1"',
    '"policypatch/v2"',
    '"1.0.0-a.b+c"',
    '"a@>=1 <2"',
    '"2026-01-02T03:04:05Z"',
    '"gate.safetensors"',
    '[1,2]',
  ],
  ...[
    `"${'a'.repeat(64)}"`,
    '{"../x":"a"}',
    '{"patch.json":"a"}',
    '{"layers":[1],"window":8,"units":3}',
    '[{"length":4,"weight":1}]',
  ],
)
const changedManifest = (files: Files) => changedJson(fc.constant(treeOf(parsed(files[manifest]))), texts)

export const manifestReader: FuzzedReader = {
  name: 'patch-json',
  files: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.oneof(...patches.map(changedManifest)).map((text) => ({ [manifest]: utf8(text) })),
    },
    {
      weight: 1,
      arbitrary: damaged(
        fc.constantFrom(...patches).map((files) => ({ [manifest]: files[manifest] as Uint8Array })),
        patches.map((files) => files[manifest] as Uint8Array),
      ),
    },
  ),
  async read({ [manifest]: bytes = new Uint8Array(0) }) {
    parseManifest(bytes)
  },
  ambiguity: (files) => doubleNameIn(files[manifest]),
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The patch with another file, and the matching digest in its manifest. */
function withFile(files: Files, name: string, bytes: Uint8Array): Files {
  const text = new TextDecoder()
    .decode(files[manifest])
    .replaceAll(digestOf(files[name] as Uint8Array), digestOf(bytes))
  return { ...files, [name]: bytes, [manifest]: utf8(text) }
}

function changedFile(name: string, bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const mutated = mutations([bytes]).map((mutate) => mutate(bytes))
  if (name.endsWith('.safetensors'))
    return fc.oneof({ weight: 2, arbitrary: changedSafetensors(bytes) }, mutated)
  if (!name.endsWith('.json')) return mutated
  return fc.oneof(
    { weight: 2, arbitrary: changedJson(fc.constant(treeOf(parsed(bytes)))).map(utf8) },
    mutated,
  )
}

/** Patches with a file replaced, with or without the matching digest, or missing. */
export const changedPatches: fc.Arbitrary<Files> = fc.oneof(
  ...patches.map((files) => {
    const others = Object.keys(files).filter((name) => name !== manifest)
    return fc.oneof(
      { weight: 3, arbitrary: changedManifest(files).map((text) => ({ ...files, [manifest]: utf8(text) })) },
      ...others.map((name) => ({
        weight: 2,
        arbitrary: changedFile(name, files[name] as Uint8Array).map((bytes) => withFile(files, name, bytes)),
      })),
      { weight: 1, arbitrary: damaged(fc.constant(files), Object.values(files)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...Object.keys(files)).map((absent) => {
          const { [absent]: _, ...rest } = files
          return rest
        }),
      },
    )
  }),
)

/** Checks the files that are read: those listed in patch.json. */
export function patchAmbiguity(files: Files): string | undefined {
  const read = Object.keys(parsed(files[manifest]).files)
  for (const name of [manifest, ...read]) {
    const bytes = files[name]
    if (!bytes) continue
    const found = name.endsWith('.json')
      ? doubleNameIn(bytes)
      : name.endsWith('.safetensors') && safetensorsAmbiguity(bytes)
    if (found) return `${found} in ${name}`
  }
  return undefined
}

async function read(files: Files): Promise<void> {
  await readPatch({ storage: await storageOf(files, 'tiny'), path: 'tiny' })
}

export const patchReader: FuzzedReader = {
  name: 'patch',
  files: changedPatches,
  read,
  ambiguity: patchAmbiguity,
}

const gates = 'gate.safetensors'
export const gateReader: FuzzedReader = {
  name: 'gate',
  files: fc.oneof(
    ...patches
      .filter((files) => files[gates])
      .map((files) =>
        changedFile(gates, files[gates] as Uint8Array).map((bytes) => withFile(files, gates, bytes)),
      ),
  ),
  read,
  ambiguity: patchAmbiguity,
}
