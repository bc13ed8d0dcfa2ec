import { bytesSource, openGguf } from '@policypatch/core/platform'
import fc from 'fast-check'
import { openGgufModel } from '../../../packages/core/src/model/files/open-gguf-model.ts'
import {
  type GgufPair,
  type GgufTensorToWrite,
  writeGguf,
} from '../../../packages/core/test/models/write-gguf.ts'
import type { Files, FuzzedReader } from '../fuzzed-reader.ts'
import { ggufAmbiguity, ggufParts } from '../gguf-parts.ts'
import { golden } from '../golden-files.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { storageOf } from '../storage-of.ts'
import { useTokenizer } from '../use-tokenizer.ts'

const file = 'm.gguf'
const [tiny, model] = ['test/goldens/tiny-mixed.gguf', 'test/goldens/models/llama3-scaled.gguf'].map(
  golden,
) as [Uint8Array, Uint8Array]

const oddCount = fc.constantFrom(0n, 1n, 2n, 65_536n, 2n ** 22n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 64n - 1n)
const oddInteger = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 31n, 32n, 64n, 255n, 256n, 2n ** 20n, 1n << 31n),
  oddCount,
)
const oddFloat = fc.oneof(
  fc.constantFrom(0, 1, -1, 1e-30, 1e30, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double(),
)

/** A value of a type, by GGUF's type number. There are no types from 13 on. */
function valueOfType(type: number): fc.Arbitrary<unknown> {
  if (type === 8) return oddStrings
  return type === 6 || type === 12 ? oddFloat : oddInteger.map((value) => BigInt.asIntN(64, value))
}

const numberTypes = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 255]
const scalar = fc
  .constantFrom(8, ...numberTypes)
  .chain((type) => valueOfType(type).map((value) => [type, value] as const))
const array = fc.constantFrom(8, 8, 9, ...numberTypes).chain((of) =>
  fc
    .record({
      values: fc.array(valueOfType(of), { maxLength: 4 }),
      times: fc.constantFrom(1, 1, 1, 1000, 30_000),
      count: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: oddCount }),
    })
    .map(({ values, times, count }) => {
      const all = values.length === 1 ? new Array(times).fill(values[0]) : values
      return [9, all, { of, ...(count !== undefined && { count: Number(count) }) }] as const
    }),
)
const oddValue = fc.oneof({ weight: 3, arbitrary: scalar }, array)

/** Keys of the valid files, and odd ones. */
const keys = [...new Set([...ggufParts(tiny).pairs, ...ggufParts(model).pairs].map(([key]) => key))]
const moreKeys = [
  'general.alignment',
  'general.type',
  'tokenizer.chat_template',
  'tokenizer.ggml.scores',
  'split.count',
  'split.no',
]
const key = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(...keys, ...moreKeys, 'llama.rope.scaling.type', 'llama.vocab_size'),
  },
  oddStrings,
)
const pair: fc.Arbitrary<GgufPair> = fc
  .tuple(key, oddValue)
  .map(([name, value]) => [name, ...value] as GgufPair)

/** A change to an entry of one of the file's lists. */
const place = fc.record({ at: fc.nat(), how: fc.constantFrom('replace', 'insert', 'remove', 'double') })
type Place = { readonly at: number; readonly how: string }

function placed<T>(list: readonly T[], { at, how }: Place, entry: T): T[] {
  const index = at % (list.length + 1)
  const held = list.slice(index, index + 1)
  const middle =
    how === 'remove'
      ? []
      : how === 'replace'
        ? [entry]
        : how === 'insert'
          ? [entry, ...held]
          : [...held, ...held]
  return [...list.slice(0, index), ...middle, ...list.slice(index + 1)]
}

const tensorChange = fc.record({
  name: fc.option(oddStrings),
  dims: fc.option(fc.array(fc.oneof(fc.nat(64), oddInteger.map(Number)), { maxLength: 5 })),
  type: fc.option(fc.oneof(fc.nat(41), fc.constantFrom(0, 1, 8, 2 ** 32 - 1))),
  offset: fc.option(fc.oneof(fc.integer({ min: -64, max: 256 }), oddInteger.map(Number))),
})

/** A valid file with some keys and tensors replaced, missing, duplicated or moved. */
const changed = (base: Uint8Array): fc.Arbitrary<Files> => {
  const parts = ggufParts(base)
  return fc
    .record({
      pairs: fc.array(fc.tuple(place, pair), { maxLength: 2 }),
      tensors: fc.array(fc.tuple(place, tensorChange), { maxLength: 2 }),
      counts: fc.oneof(
        { weight: 9, arbitrary: fc.constant({}) },
        fc.record({ tensors: oddCount, pairs: oddCount }, { requiredKeys: [] }),
      ),
      version: fc.oneof({ weight: 19, arbitrary: fc.constant(3) }, fc.constantFrom(0, 1, 2, 4, 2 ** 24 * 3)),
    })
    .map(({ pairs, tensors, ...rest }) => ({
      [file]: writeGguf({
        ...parts,
        ...rest,
        pairs: pairs.reduce<readonly GgufPair[]>((all, [where, own]) => placed(all, where, own), parts.pairs),
        tensors: tensors.reduce<readonly GgufTensorToWrite[]>(
          (all, [where, { name, dims, type, offset }]) => {
            const held = all[where.at % (all.length + 1)] ?? {
              name: 'new',
              dims: [4],
              type: 0,
              offset: parts.data.length,
            }
            const moved =
              offset === null
                ? held.offset
                : Math.max(0, Math.abs(offset) > 256 ? offset : held.offset + offset)
            const [known, other] = [
              { type: 0, ...held },
              { name, dims, type },
            ]
            return placed(all, where, {
              name: other.name ?? known.name,
              dims: other.dims ?? known.dims,
              type: other.type ?? known.type,
              offset: moved,
            })
          },
          parts.tensors,
        ),
      }),
    }))
}

/** Headers with thousands of keys or tensors. */
const many: fc.Arbitrary<Files> = fc
  .record({
    pairs: fc.constantFrom(0, 2000, 60_000, 66_000),
    tensors: fc.constantFrom(0, 2000, 60_000, 66_000),
    empty: fc.boolean(),
  })
  .map(({ pairs, tensors, empty }) => ({
    [file]: writeGguf({
      pairs: Array.from({ length: pairs }, (_, i): GgufPair => [`k${i}`, 4, i]),
      tensors: Array.from({ length: tensors }, (_, i) => ({
        name: `t${i}`,
        dims: [empty ? 0 : 8],
        offset: empty ? 0 : 32 * i,
      })),
      data: new Uint8Array(empty ? 0 : 32 * tensors),
    }),
  }))

const ambiguity = ({ [file]: bytes }: Files) => bytes && ggufAmbiguity(bytes)

export const ggufReader: FuzzedReader = {
  name: 'gguf',
  files: fc.oneof(
    { weight: 30, arbitrary: changed(tiny) },
    {
      weight: 20,
      arbitrary: damaged(fc.oneof(changed(tiny), fc.constant({ [file]: tiny })), [
        tiny,
        model.subarray(0, 4000),
      ]),
    },
    { weight: 1, arbitrary: many },
  ),
  async read({ [file]: bytes = new Uint8Array(0) }) {
    const reader = await openGguf(bytesSource(file, bytes))
    for (const name of [...reader.tensors.keys()].slice(0, 20)) {
      await reader.read(name)
      const packed = await reader.readPacked(name)
      packed.decode()
    }
    await reader.close()
  },
  ambiguity,
}

/** A whole model: its configuration and tokenizer are read too, and used. */
export const ggufModelReader: FuzzedReader = {
  name: 'gguf-model',
  files: fc.oneof(
    { weight: 3, arbitrary: changed(model) },
    { weight: 2, arbitrary: damaged(fc.constant({ [file]: model }), [tiny, model.subarray(0, 4000)]) },
  ),
  async read(files) {
    const { reader, tokenizer } = await openGgufModel({
      storage: await storageOf(files, 'm'),
      path: `m/${file}`,
    })
    await reader.close()
    useTokenizer(tokenizer)
  },
  ambiguity,
}
