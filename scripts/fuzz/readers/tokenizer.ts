import fc from 'fast-check'
import { readTokenizer } from '../../../packages/core/src/model/files/open-model-folder.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden } from '../golden-files.ts'
import { changedJson, type JsonTree, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'
import { storageOf } from '../storage-of.ts'
import { useTokenizer } from '../use-tokenizer.ts'

interface Kinds {
  readonly characterMap: string
  readonly models: Readonly<Record<string, object>>
  readonly kinds: Readonly<
    Record<string, { readonly tokenizerJson: { readonly model: { readonly vocabulary: string } } }>
  >
}

const { characterMap, models, kinds } = JSON.parse(
  new TextDecoder().decode(golden('test/goldens/tokenizer-kinds.json')),
) as Kinds

/** tokenizer.json files of real kinds of tokenizers. */
const wholes: readonly object[] = Object.values(kinds).map(({ tokenizerJson }) => {
  const { vocabulary, ...model } = tokenizerJson.model
  const text = JSON.stringify({ ...tokenizerJson, model: { ...models[vocabulary], ...model } })
  return JSON.parse(text.replaceAll('CHARACTER_MAP', characterMap))
})

/** Kept as JSON text, so that only the parts around it are changed. */
type Opaque = Readonly<Record<string, unknown>>

/** Keeps the vocabulary and the merges as one value each, so that changes affect the components. */
function componentsOf(whole: object): JsonTree {
  const { model, ...rest } = whole as { readonly model: Opaque }
  const { vocab, merges, ...options } = model
  const lists = Object.entries({ vocab, merges }).filter(([, held]) => held !== undefined)
  const fields = lists.map(([name, held]) => [`"${name}"`, JSON.stringify(held)] as const)
  const tree = treeOf({ ...rest, model: options }) as {
    readonly fields: readonly (readonly [string, JsonTree])[]
  }
  return {
    fields: tree.fields.map(([name, value]) =>
      name === '"model"' && typeof value === 'object' && 'fields' in value
        ? [name, { fields: [...value.fields, ...fields] }]
        : [name, value],
    ),
  }
}

/** Components that are rare in the files above. */
const components = [
  ...[
    '(a+)+$',
    '(a|a)*b',
    '\\s+(?!\\S)|\\s+',
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
    '(?i:é)',
    '(?<=a)b',
    '(.)\\1',
    'a{1000}{1000}',
    '[',
    '',
  ].flatMap((Regex) => [
    { type: 'Split', pattern: { Regex }, behavior: 'MergedWithNext', invert: true },
    { type: 'Replace', pattern: { Regex }, content: 'xxxxxxxxxx' },
  ]),
  { type: 'Replace', pattern: { String: '' }, content: 'aa' },
  { type: 'Sequence', normalizers: [], pretokenizers: [], decoders: [], processors: [] },
  { type: 'Strip', content: ' ', start: 1e9, stop: 1e9, strip_left: true, strip_right: true },
  ...['NFC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt', 'BertNormalizer', 'Fuse', 'ByteFallback', 'CTC'].map(
    (type) => ({ type }),
  ),
  { type: 'Digits', individual_digits: true },
  { type: 'FixedLength', length: 1 },
  { type: 'CharDelimiterSplit', delimiter: 'a' },
  { type: 'Punctuation', behavior: 'Contiguous' },
  { type: 'Precompiled', precompiled_charsmap: 'AAAA' },
  {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A' } }, { Sequence: { id: 'A' } }],
    special_tokens: {},
  },
]
const grown = fc
  .tuple(
    fc.constantFrom('normalizers', 'pretokenizers', 'decoders'),
    fc.constantFrom(...components),
    fc.constantFrom(2, 8, 500),
  )
  .map(([name, part, times]) => ({ type: 'Sequence', [name]: new Array(times).fill(part) }))
const added = fc
  .record({
    id: fc.oneof(fc.nat(700), fc.constantFrom(-1, 0.5, 1e8, 1e9, 4.2e9, 2 ** 53)),
    content: oddStrings,
    single_word: fc.boolean(),
    lstrip: fc.boolean(),
    rstrip: fc.boolean(),
    normalized: fc.boolean(),
    special: fc.boolean(),
  })
  .map((token) => token as unknown)
const texts = fc
  .oneof(
    fc.constantFrom<unknown>(...components),
    grown,
    added,
    fc.array(added, { maxLength: 3 }),
    fc.dictionary(oddStrings, fc.nat(1e9), { maxKeys: 3 }),
  )
  .map((value) => JSON.stringify(value))

const config = {
  bos_token: '<s>',
  eos_token: {
    content: '</s>',
    lstrip: false,
    normalized: false,
    rstrip: false,
    single_word: false,
    __type: 'AddedToken',
  },
  add_bos_token: true,
  clean_up_tokenization_spaces: true,
  added_tokens_decoder: {
    5: { content: '<x>', special: true, lstrip: true, rstrip: false, normalized: false, single_word: true },
  },
  additional_special_tokens: ['<y>'],
  chat_template: [{ name: 'default', template: '{{ messages[0].content }}' }],
  model_max_length: 1e30,
}
const eos = fc.constantFrom<object>(
  { eos_token_id: 2 },
  { eos_token_id: [1, 2] },
  {},
  { eos_token_id: '</s>' },
)

const file = 'tokenizer.json'
const trees = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...wholes).map(componentsOf) },
  { weight: 1, arbitrary: fc.constantFrom(...wholes).map(treeOf) },
)
const changed: fc.Arbitrary<Files> = fc.tuple(changedJson(trees, texts), eos).map(([text, generation]) => ({
  [file]: utf8(text),
  'tokenizer_config.json': utf8('{"eos_token": "</s>"}'),
  'generation_config.json': utf8(JSON.stringify(generation)),
}))
const right = fc.constantFrom(...wholes).map(
  (whole): Files => ({
    [file]: utf8(JSON.stringify(whole)),
    'generation_config.json': utf8('{"eos_token_id": 2}'),
  }),
)

async function read(files: Files): Promise<void> {
  const storage = await storageOf(files, 'm')
  useTokenizer(await readTokenizer({ storage, path: 'm' }, {}))
}

function ambiguity(files: Files): string | undefined {
  for (const bytes of Object.values(files)) {
    const found = doubleNameIn(bytes)
    if (found !== undefined) return found
  }
  return undefined
}

export const tokenizerReader: FuzzedReader = {
  name: 'tokenizer',
  files: fc.oneof(
    { weight: 3, arbitrary: changed },
    {
      weight: 1,
      arbitrary: damaged(
        right,
        wholes.slice(0, 3).map((whole) => utf8(JSON.stringify(whole))),
      ),
    },
  ),
  read,
  ambiguity,
}

const small = utf8(JSON.stringify(wholes.at(-1)))
const tokens = fc
  .oneof(oddStrings, fc.constantFrom('<s>', '</s>', '[UNK]'))
  .map((text) => JSON.stringify(text))
const configTree = fc.constant(treeOf(config))

/** The files next to tokenizer.json. */
export const tokenizerConfigReader: FuzzedReader = {
  name: 'tokenizer-config',
  files: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .record({
          'tokenizer_config.json': changedJson(configTree, tokens).map(utf8),
          'special_tokens_map.json': changedJson(
            fc.constant(treeOf({ eos_token: '</s>', pad_token: config.eos_token })),
            tokens,
          ).map(utf8),
          'generation_config.json': changedJson(fc.constant(treeOf({ eos_token_id: [2, 3] }))).map(utf8),
        })
        .map((files): Files => ({ ...files, [file]: small })),
    },
    {
      weight: 1,
      arbitrary: damaged(fc.constant({ 'tokenizer_config.json': utf8(JSON.stringify(config)) }), [small]).map(
        (files) => ({
          ...files,
          [file]: small,
        }),
      ),
    },
  ),
  read,
  ambiguity,
}
