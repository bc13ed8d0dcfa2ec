import { writeSafetensors } from '@policypatch/core/platform'
import fc from 'fast-check'
import { readKeyValues } from 'policypatch/transformers'
import type { Files, FuzzedReader } from '../fuzzed-reader.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { changedSafetensors, safetensorsAmbiguity } from '../safetensors-parts.ts'

const name = 'patch.safetensors'

/** The cache of a two-layer decoder, with m = 3. */
const right = writeSafetensors(
  Object.fromEntries(
    [0, 1].flatMap((layer) =>
      ['key', 'value'].map((kind) => [
        `past_key_values.${layer}.${kind}`,
        { shape: [1, 2, 3, 4], data: Float32Array.from({ length: 24 }, (_, i) => i / 8 - 1) },
      ]),
    ),
  ),
  { format: 'pt', patch: 'example@0.1.0' },
)

const texts = fc.oneof(
  oddStrings.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    ...['"past_key_values.0.key"', '"past_key_values.00.key"', '"past_key_values.2.value"'],
    ...['[1,2,0,4]', '[1,2,3,4]', '[1,4,3,2]', '[2,1,3,4]', '[1,24]', '"F16"', '"I64"'],
  ),
)

const one = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Files> => bytes.map((held) => ({ [name]: held }))

/** The keys and values of a patch, as used by other runtimes. */
export const keyValuesReader: FuzzedReader = {
  name: 'key-values',
  files: fc.oneof(
    one(changedSafetensors(right, texts)),
    damaged(one(fc.oneof(changedSafetensors(right, texts), fc.constant(right))), [right]),
  ),
  read: ({ [name]: bytes = new Uint8Array(0) }) => readKeyValues(bytes),
  ambiguity: ({ [name]: bytes }) => bytes && safetensorsAmbiguity(bytes),
}
