import { describe, expect, it } from 'vitest'
import { buildExactTokenizer } from '../build-exact-tokenizer.ts'

const vocab = Object.fromEntries(Array.from({ length: 95 }, (_, i) => [String.fromCharCode(32 + i), i]))
const model = { type: 'BPE', unk_token: null, vocab, merges: [] }
const build = (parts: object) => buildExactTokenizer({ model, ...parts }, [])
const refusal = (code: string, found: RegExp) =>
  expect.objectContaining({ name: 'PatchError', code, found: expect.stringMatching(found) })

const a = { Sequence: { id: 'A', type_id: 0 } }

const malformed: [what: string, parts: object, found: RegExp][] = [
  ['a model that is null', { model: null }, /null/],
  ['no vocabulary', { model: { ...model, vocab: undefined } }, /none/],
  ['a list for a vocabulary', { model: { ...model, vocab: [['a', 1]] } }, /\[/],
  ['an id of 1e9', { model: { ...model, vocab: { ...vocab, zz: 1e9 } } }, /1000000000/],
  ['an id below 0', { model: { ...model, vocab: { a: -1 } } }, /-1/],
  ['an id that is no whole number', { model: { ...model, vocab: { a: 0.5 } } }, /0.5/],
  ['an id that is a text', { model: { ...model, vocab: { a: '1' } } }, /1/],
  ['one id for two tokens', { model: { ...model, vocab: { a: 0, b: 0 } } }, /0 for "a" and "b"/],
  ['merges that are a text', { model: { ...model, merges: 'a b' } }, /"a b"/],
  ['a merge of one token', { model: { ...model, merges: [['a']] } }, /\["a"\] at 0/],
  ['a merge of three tokens', { model: { ...model, merges: ['a b c'] } }, /"a b c" at 0/],
  ['merges in two forms', { model: { ...model, merges: ['a b', ['a', 'b']] } }, /"a b" at 0/],
  ['a merge into no token', { model: { ...model, merges: [['a', 'b']] } }, /"ab" at 0/],
  ['a post-processor that is a text', { post_processor: 'text' }, /string/],
  ['a template of texts', { post_processor: template(['$A']) }, /single/],
  [
    'a template with an id that no token has',
    { post_processor: template([{ SpecialToken: { id: 'x' } }, a], [1e8]) },
    /100000000/,
  ],
  [
    'a template with a token that it does not describe',
    { post_processor: template([{ SpecialToken: { id: 'y' } }, a]) },
    /"y"/,
  ],
  [
    'options of another kind',
    { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: 1 } },
    /add_prefix_space/,
  ],
  ['an unknown behavior', { pre_tokenizer: { type: 'Punctuation', behavior: 'Kept' } }, /behavior/],
  [
    'a pattern of two kinds',
    { normalizer: { type: 'Replace', pattern: { String: 'a', Regex: 'a' }, content: '' } },
    /pattern/,
  ],
  [
    'a map of characters that is cut',
    { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
    /0 bytes/,
  ],
  [
    'a map of characters that is no base64',
    { normalizer: { type: 'Precompiled', precompiled_charsmap: '*' } },
    /base64/,
  ],
  ['scores that are no numbers', { model: { type: 'Unigram', vocab: [['a', 'b']] } }, /"b"\] at 0/],
  [
    'an unknown token beyond the vocabulary',
    { model: { type: 'Unigram', unk_id: 5, vocab: [['a', 0]] } },
    /5/,
  ],
]

const unsupported: [what: string, parts: object, found: RegExp][] = [
  ['a model of another type', { model: { type: 'Neural' } }, /"Neural"/],
  ['a normalizer of another type', { normalizer: { type: 'Rot13' } }, /"Rot13"/],
  ['a pre-tokenizer of another type', { pre_tokenizer: { type: 'UnicodeScripts' } }, /"UnicodeScripts"/],
  ['a decoder of another type', { decoder: { type: 'CTC' } }, /"CTC"/],
  ['a later version', { version: '2.0' }, /"2.0"/],
  ['dropout', { model: { ...model, dropout: 0.1 } }, /0.1/],
  [
    'a backreference',
    { pre_tokenizer: { type: 'Split', pattern: { Regex: '(a)\\1' }, behavior: 'Isolated', invert: false } },
    /backreference/,
  ],
  ['a template with two texts', { post_processor: template([a, a]) }, /2/],
  ['sequences in sequences', { normalizer: nested(30_000) }, /nested sequences/],
  [
    'a sequence of very many',
    { normalizer: { type: 'Sequence', normalizers: Array(1000).fill({ type: 'NFC' }) } },
    /1000 parts/,
  ],
  [
    'words of any length for WordPiece',
    {
      model: {
        type: 'WordPiece',
        unk_token: 'a',
        continuing_subword_prefix: '',
        max_input_chars_per_word: 1e9,
        vocab: { a: 0 },
      },
    },
    /1000000000/,
  ],
]

function template(single: readonly unknown[], ids: readonly number[] = [0]) {
  return {
    type: 'TemplateProcessing',
    single,
    pair: [],
    special_tokens: { x: { id: 'x', ids, tokens: ['x'] } },
  }
}

function nested(depth: number): object {
  let normalizer: object = { type: 'NFC' }
  for (let i = 0; i < depth; i++) normalizer = { type: 'Sequence', normalizers: [normalizer] }
  return normalizer
}

describe('a tokenizer.json is checked before it is built', () => {
  it.each(malformed)('MALFORMED: %s', async (_, parts, found) => {
    await expect(build(parts)).rejects.toThrow(refusal('MALFORMED', found))
  })
  it.each(unsupported)('UNSUPPORTED: %s', async (_, parts, found) => {
    await expect(build(parts)).rejects.toThrow(refusal('UNSUPPORTED', found))
  })
})

describe('a text grows in proportion', () => {
  const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' }
  const text = 'abc '.repeat(100)
  it.each<[what: string, parts: object]>([
    [
      'replacements that double it',
      { normalizer: { type: 'Sequence', normalizers: Array(40).fill(doubling) } },
    ],
    ['one long replacement', { normalizer: { ...doubling, content: 'x'.repeat(1e6) } }],
    [
      'a long replacement at every character',
      { normalizer: { type: 'Replace', pattern: { String: '' }, content: 'x'.repeat(1e4) } },
    ],
    ['a long prefix', { normalizer: { type: 'Prepend', prepend: 'x'.repeat(1e6) } }],
    [
      'bytes of bytes',
      { normalizer: { type: 'Sequence', normalizers: Array(40).fill({ type: 'ByteLevel' }) } },
    ],
    [
      'bytes of bytes in words',
      {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: Array(40).fill({ type: 'ByteLevel', add_prefix_space: true, use_regex: false }),
        },
      },
    ],
  ])('and is refused: %s', async (_, parts) => {
    const { encode } = await build(parts)
    expect(() => encode(text, true)).toThrow(refusal('UNSUPPORTED', /characters of/))
  })
  it('and so does what is decoded', async () => {
    const { decode } = await build({ decoder: { type: 'Sequence', decoders: Array(40).fill(doubling) } })
    expect(() => decode(Array(400).fill(vocab.a), false)).toThrow(refusal('UNSUPPORTED', /characters of/))
  })
})

it('takes halves of characters for U+FFFD, as every encoder of UTF-8 does', async () => {
  const { encode } = await build({ model: { ...model, vocab: { a: 0, '\uFFFD': 1 } } })
  expect(encode('a\ud800a\udc00', false)).toEqual([0, 1, 0, 1])
})
