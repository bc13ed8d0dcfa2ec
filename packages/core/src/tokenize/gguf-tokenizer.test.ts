import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { splitsByName } from './gguf/split-names.ts'
import { ggufTokenizerFiles } from './gguf-tokenizer.ts'
import { createTokenizer } from './load-tokenizer.ts'

const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/goldens/tokenizer-${name}.json`, import.meta.url), 'utf8'))
const byteLevel: Record<string, unknown> = golden('qwen2').ggufMetadata
const sentencePiece: Record<string, unknown> = golden('llama2').ggufMetadata

describe('ggufTokenizerFiles', () => {
  it('splits text before merging as transformers does for each pre-tokenizer it knows', () => {
    const { splits } = golden('splits') as { splits: Record<string, string> }
    for (const [pre, pattern] of Object.entries(splits))
      expect([pre, splitsByName.get(pre)?.pattern]).toEqual([pre, pattern])
  })

  it('splits text by each name as the tokenizers library splits it for the models that have the name', async () => {
    const { ggufMetadata, groups } = golden('pre') as {
      ggufMetadata: Record<string, unknown>
      groups: { names: string[]; ids: (number[] | null)[] }[]
    }
    const { strings } = golden('strings') as { strings: string[] }
    expect(groups.flatMap(({ names }) => names).sort()).toEqual([...splitsByName.keys()].sort())
    for (const { names, ids } of groups)
      for (const name of names) {
        const files = ggufTokenizerFiles({ ...ggufMetadata, 'tokenizer.ggml.pre': name })
        const tokenizer = await createTokenizer(files)
        const expected = ids.map((row, at) => row ?? groups[0]!.ids[at])
        expect([name, strings.map((text) => tokenizer.encode(text))]).toEqual([name, expected])
      }
  })

  it('derives the merges of a SentencePiece vocabulary in the order of transformers', () => {
    const { model } = ggufTokenizerFiles(sentencePiece).tokenizerJson as { model: { merges: unknown } }
    expect(model.merges).toEqual(golden('llama2').tokenizerJson.model.merges)
  })

  it('names a vocabulary or pre-tokenizer that is not known', () => {
    const unsupported = (found: string) => expect.objectContaining({ code: 'UNSUPPORTED', found })
    expect(() => ggufTokenizerFiles({ ...byteLevel, 'tokenizer.ggml.pre': 'chameleon' })).toThrow(
      unsupported('chameleon'),
    )
    expect(() => ggufTokenizerFiles({ ...byteLevel, 'tokenizer.ggml.model': 'bert' })).toThrow(
      unsupported('bert'),
    )
    expect(() => ggufTokenizerFiles({ ...sentencePiece, 'tokenizer.ggml.model': 'gemma4' })).toThrow(
      unsupported('gemma4'),
    )
  })

  it('refuses pieces that would take long to cut', () => {
    const tokens = [...(sentencePiece['tokenizer.ggml.tokens'] as string[])]
    tokens[300] = 'a'.repeat(1e6)
    expect(() => ggufTokenizerFiles({ ...sentencePiece, 'tokenizer.ggml.tokens': tokens })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', found: 'one of 1000000' }),
    )
  })

  it.each([
    ['no tokens', { 'tokenizer.ggml.tokens': undefined }],
    ['tokens that are no text', { 'tokenizer.ggml.tokens': [1, 2] }],
    ['an end of sequence beyond the vocabulary', { 'tokenizer.ggml.eos_token_id': 70_000 }],
    ['types for some tokens only', { 'tokenizer.ggml.token_type': [1, 1] }],
    ['no merges', { 'tokenizer.ggml.merges': undefined }],
    ['a merge of one token', { 'tokenizer.ggml.merges': ['ab'] }],
    ['a flag that is a number', { 'tokenizer.ggml.add_bos_token': 1 }],
  ])('refuses %s', (_, change) => {
    expect(() => ggufTokenizerFiles({ ...byteLevel, ...change })).toThrow(
      expect.objectContaining({ code: 'MALFORMED' }),
    )
  })

  it('reads integers that are BigInt', async () => {
    const numbers = Object.fromEntries(
      Object.entries(sentencePiece).map(([key, value]) => [
        key,
        key.endsWith('token_type')
          ? (value as number[]).map(BigInt)
          : typeof value === 'number'
            ? BigInt(value)
            : value,
      ]),
    )
    const plain = await createTokenizer(ggufTokenizerFiles(sentencePiece))
    const big = await createTokenizer(ggufTokenizerFiles(numbers))
    expect(big.encode('<s> a')).toEqual(plain.encode('<s> a'))
    expect(big.eosTokenIds).toEqual([2])
  })

  it('starts a text with no space where the file says so', async () => {
    const files = ggufTokenizerFiles({ ...sentencePiece, 'tokenizer.ggml.add_space_prefix': false })
    const tokenizer = await createTokenizer(files)
    expect(tokenizer.decode(tokenizer.encode(' of'))).toBe(' of')
    expect(tokenizer.encode('of')).not.toEqual(tokenizer.encode(' of'))
  })

  it.each([
    ['qwen2', undefined, false],
    ['llama-bpe', undefined, true],
    ['llama-bpe', false, false],
    ['tekken', undefined, true],
    ['dbrx', true, true],
  ])('starts a text with BOS as llama.cpp does: %s with the flag %s', async (pre, flag, starts) => {
    const files = ggufTokenizerFiles({
      ...byteLevel,
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.add_bos_token': flag,
    })
    const tokenizer = await createTokenizer(files)
    expect(tokenizer.encode('of')[0] === tokenizer.bosTokenId).toBe(starts)
  })

  it('tells where a byte-level vocabulary does not say how text is split', () => {
    const notices: string[] = []
    const { 'tokenizer.ggml.pre': _, ...without } = byteLevel
    ggufTokenizerFiles(without, (line) => notices.push(line))
    ggufTokenizerFiles({ ...without, 'tokenizer.ggml.pre': 'default' }, (line) => notices.push(line))
    expect(notices).toEqual(Array(2).fill(expect.stringContaining('tokenizer.ggml.pre')))
    ggufTokenizerFiles(byteLevel, (line) => notices.push(line))
    ggufTokenizerFiles({ ...sentencePiece, 'tokenizer.ggml.pre': 'default' }, (line) => notices.push(line))
    expect(notices).toHaveLength(2)
  })

  it('matches control tokens outside the byte alphabet whole, and leaves out filling', async () => {
    const tokens = [...(byteLevel['tokenizer.ggml.tokens'] as string[]), '<｜User｜>', '[PAD605]']
    const types = [...(byteLevel['tokenizer.ggml.token_type'] as number[]), 3, 5]
    const files = ggufTokenizerFiles({
      ...byteLevel,
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': types,
    })
    const tokenizer = await createTokenizer(files)
    expect(tokenizer.encode('<｜User｜>')).toEqual([tokens.length - 2])
    expect(tokenizer.decode([tokens.length - 2], { skipSpecialTokens: false })).toBe('<｜User｜>')
    expect(tokenizer.vocabSize).toBe(tokens.length - 1)
  })
})
