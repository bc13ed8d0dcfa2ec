import { PatchError } from '@policypatch/core'
import {
  bytesSource,
  openSafetensors,
  openShardedSafetensors,
  type TensorReader,
} from '@policypatch/core/platform'
import fc from 'fast-check'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden, goldenFolder } from '../golden-files.ts'
import { changedJson, type JsonTree, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { changedSafetensors, headerOf, safetensorsAmbiguity, safetensorsBytes } from '../safetensors-parts.ts'
import { storageOf } from '../storage-of.ts'

const sizes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I32: 4,
  I64: 8,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
}
const type = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...Object.keys(sizes)) },
  { weight: 1, arbitrary: fc.constantFrom('F4', 'f32', 'Q8_0', '') },
)
const name = fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('a.weight', '__metadata__'), oddStrings)
const extent = fc.oneof(fc.nat(5), fc.constantFrom(0, 1, 1000, 2 ** 31, 2 ** 53 - 1, 1e300, 0.5, -1))
/** Error added to the offsets. */
const shift = fc.oneof(
  { weight: 30, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -16, max: 16 }) },
)

const tensor = fc.record({
  name,
  type,
  shape: fc.oneof(
    { weight: 20, arbitrary: fc.array(fc.nat(4), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(extent, { maxLength: 80, size: 'max' }) },
  ),
  shifts: fc.tuple(shift, shift),
})

interface MadeTensor {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  readonly shifts: readonly [number, number]
}

/** As text, a header can keep duplicate names. */
function headerTree(tensors: readonly MadeTensor[], metadata: unknown): JsonTree {
  let end = 0
  const fields = tensors.map(({ name, type, shape, shifts }): [string, JsonTree] => {
    const start = end
    end += shape.reduce((product, size) => product * size, sizes[type] ?? 1)
    const entry = { dtype: type, shape, data_offsets: [start + shifts[0], end + shifts[1]] }
    return [JSON.stringify(name), treeOf(entry)]
  })
  return { fields: metadata === undefined ? fields : [['"__metadata__"', treeOf(metadata)], ...fields] }
}

const metadata = fc.option(fc.dictionary(fc.string({ maxLength: 5 }), oddStrings, { maxKeys: 3 }), {
  nil: undefined,
})

/** Bytes of data that a header's offsets require, up to a limit. */
function dataLength(header: string): number {
  let most = 0
  for (const [, end] of header.matchAll(/"data_offsets":\[[\d.e+-]+,(\d+)\]/g))
    most = Math.max(most, Number(end))
  return Math.min(most, 2 ** 20)
}

const file = (header: string, lengthShift = 0, dataShift = 0): Uint8Array =>
  safetensorsBytes(header, new Uint8Array(Math.max(0, dataLength(header) + dataShift)), lengthShift)

/** Files with headers of odd tensors, which are then changed. */
const made = fc
  .tuple(
    changedJson(
      fc
        .tuple(fc.array(tensor, { maxLength: 6 }), metadata)
        .map(([tensors, texts]) => headerTree(tensors, texts)),
    ),
    shift,
    shift,
  )
  .map((parts) => file(...parts))

const tiny = golden('test/goldens/tiny-f32.safetensors')

/** Files with very many tensors. */
const many = fc
  .tuple(fc.constantFrom(1000, 50_000), fc.constantFrom(0, 1))
  .map(([count, size]) =>
    file(
      JSON.stringify(
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            i,
            { dtype: 'U8', shape: [size], data_offsets: [i * size, (i + 1) * size] },
          ]),
        ),
      ),
    ),
  )

async function readAll(reader: TensorReader): Promise<void> {
  try {
    for (const name of [...reader.tensors.keys()].slice(0, 20)) {
      await reader.read(name).catch(ofOtherType)
      await reader.readPacked(name).then((packed) => packed.decode(), ofOtherType)
    }
  } finally {
    await reader.close()
  }
}

/** Known types that are not supported are not the file's fault. */
function ofOtherType(error: unknown): void {
  if (!(error instanceof PatchError && error.code === 'UNSUPPORTED')) throw error
}

const one = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Files> =>
  bytes.map((held) => ({ 'model.safetensors': held }))

export const safetensorsReader: FuzzedReader = {
  name: 'safetensors',
  files: fc.oneof(
    { weight: 40, arbitrary: one(made) },
    { weight: 20, arbitrary: one(changedSafetensors(tiny)) },
    { weight: 40, arbitrary: damaged(one(fc.oneof(made, fc.constant(tiny))), [tiny]) },
    { weight: 1, arbitrary: one(many) },
  ),
  async read({ 'model.safetensors': bytes = new Uint8Array(0) }) {
    await readAll(await openSafetensors(bytesSource('model.safetensors', bytes)))
  },
  ambiguity: ({ 'model.safetensors': bytes }) => bytes && safetensorsAmbiguity(bytes),
}

const folder = goldenFolder('test/goldens/models/llama-sharded')
const indexName = 'model.safetensors.index.json'
const shards = Object.fromEntries(Object.entries(folder).filter(([path]) => path !== 'config.json'))
const index = JSON.parse(new TextDecoder().decode(folder[indexName]))

const indexed: fc.Arbitrary<Files> = fc
  .tuple(
    changedJson(
      fc.constant(treeOf(index)),
      fc.oneof(oddStrings, fc.constantFrom(...Object.keys(shards))).map((text) => JSON.stringify(text)),
    ),
    fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(...Object.keys(shards))),
  )
  .map(([text, absent]) => {
    const files = { ...shards, [indexName]: utf8(text) }
    return Object.fromEntries(Object.entries(files).filter(([path]) => path !== absent))
  })

export const shardedSafetensorsReader: FuzzedReader = {
  name: 'safetensors-index',
  files: fc.oneof(
    { weight: 2, arbitrary: indexed },
    { weight: 1, arbitrary: damaged(fc.constant(shards), Object.values(shards)) },
  ),
  async read(files) {
    await readAll(await openShardedSafetensors(await storageOf(files, 'm'), 'm'))
  },
  ambiguity(files) {
    const double = doubleNameIn(files[indexName])
    if (double !== undefined) return double
    const { weight_map: map } = JSON.parse(new TextDecoder().decode(files[indexName])) as {
      weight_map: Record<string, string>
    }
    for (const file of new Set(Object.values(map))) {
      const bytes = files[file]
      const found = bytes && safetensorsAmbiguity(bytes)
      if (found !== undefined) return found
      const names = bytes ? Object.keys(JSON.parse(headerOf(bytes))) : []
      const elsewhere = names.find((name) => name in map && map[name] !== file)
      if (elsewhere !== undefined) return `${elsewhere} in two files`
    }
    return undefined
  },
}
