import { createTokenizer, ggufTokenizerFiles, parseJsonFile } from '@policypatch/core/platform'
import fc from 'fast-check'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden } from '../golden-files.ts'
import { changedJson, type JsonTree, treeOf } from '../json-tree.ts'
import { oddStrings } from '../odd-values.ts'
import { useTokenizer } from '../use-tokenizer.ts'

type Metadata = Readonly<Record<string, unknown>>

const metadataOf = (name: string): Metadata =>
  JSON.parse(new TextDecoder().decode(golden(`test/goldens/tokenizer-${name}.json`))).ggufMetadata

const byteLevel = metadataOf('pre')
const wholes: readonly Metadata[] = [
  ...['gemma', 'phi3', 'mistral'].map(metadataOf),
  ...['gpt-2', 'command-r', 'llama-bpe', 'tekken'].map((pre) => ({
    ...byteLevel,
    'tokenizer.ggml.pre': pre,
  })),
]

/** Keeps lists as one value each, so that changes affect whole keys. */
const keysOf = (whole: Metadata): JsonTree => ({
  fields: Object.entries(whole).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)]),
})

const texts = fc.oneof(
  oddStrings.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"gemma"',
    '"phi3"',
    '"llama"',
    '"gpt2"',
    '"smollm"',
    'true',
    'false',
    '3',
    '4',
    '6',
    '-1',
    '1e30',
  ),
)
const trees = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...wholes).map(keysOf) },
  { weight: 2, arbitrary: fc.constantFrom(...wholes).map(treeOf) },
)

/** The tokenizer keys of a GGUF, for families without a small model file. */
export const ggufVocabularyReader: FuzzedReader = {
  name: 'gguf-vocabulary',
  files: changedJson(trees, texts).map((text): Files => ({ metadata: utf8(text) })),
  async read({ metadata = new Uint8Array(0) }) {
    useTokenizer(await createTokenizer(ggufTokenizerFiles(parseJsonFile(metadata, 'metadata'))))
  },
}
