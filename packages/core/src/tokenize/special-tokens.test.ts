import { describe, expect, it } from 'vitest'
import { createTokenizer } from './load-tokenizer.ts'

const vocab = { a: 0, b: 1, '</s>': 2, '<|im_end|>': 3, '<|eot_id|>': 4 }
const special = (content: keyof typeof vocab) => ({ id: vocab[content], content, special: true })
const tokenizerJson = {
  added_tokens: [special('</s>'), special('<|im_end|>'), special('<|eot_id|>')],
  pre_tokenizer: null,
  model: { type: 'BPE', vocab, merges: [] },
}
const chatTemplate = '{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}'

describe('eosTokenIds', () => {
  it('are those of the generation config, the end of sequence and the turn end that the template writes', async () => {
    const { eosTokenIds } = await createTokenizer({
      tokenizerJson,
      tokenizerConfig: { eos_token: { content: '</s>' } },
      generationConfig: { eos_token_id: [1, 2] },
      chatTemplate,
    })
    expect(eosTokenIds).toEqual([3, 2, 1])
  })

  it('may come from one number or from special_tokens_map.json', async () => {
    const one = await createTokenizer({
      tokenizerJson,
      tokenizerConfig: {},
      generationConfig: { eos_token_id: 4 },
    })
    expect(one.eosTokenIds).toEqual([4])
    const mapped = await createTokenizer({
      tokenizerJson,
      tokenizerConfig: {},
      specialTokensMap: { eos_token: '</s>' },
    })
    expect(mapped.eosTokenIds).toEqual([2])
  })

  it.each([
    [4, undefined, [4]],
    [[4, 2], undefined, [4, 2]],
    [4, { eos_token_id: 2 }, [2]],
    [[2, -1], undefined, [2]],
  ])(
    'are those of config.json, %o, where there is no generation config but %o',
    async (id, generation, ids) => {
      const { eosTokenIds } = await createTokenizer({
        tokenizerJson,
        tokenizerConfig: {},
        modelConfig: { eos_token_id: id },
        generationConfig: generation,
      })
      expect(eosTokenIds).toEqual(ids)
    },
  )

  it.each([1.5, '2', [2, null], { a: 1 }, -7])('are not %o', async (id) => {
    await expect(
      createTokenizer({ tokenizerJson, tokenizerConfig: {}, modelConfig: { eos_token_id: id } }),
    ).rejects.toMatchObject({ code: 'MALFORMED', expected: expect.stringContaining('eos_token_id') })
  })

  it('are never empty', async () => {
    await expect(
      createTokenizer({ tokenizerJson, tokenizerConfig: { eos_token: '<none>' } }),
    ).rejects.toThrow(
      expect.objectContaining({ code: 'MALFORMED', found: expect.stringContaining('<none>') }),
    )
  })
})

describe('special tokens that tokenizer.json does not mark', () => {
  it('are matched whole, and left out of the text', async () => {
    const tokenizer = await createTokenizer({
      tokenizerJson: { ...tokenizerJson, added_tokens: [] },
      tokenizerConfig: {
        eos_token: '</s>',
        added_tokens_decoder: { 4: { content: '<|eot_id|>', special: true } },
      },
    })
    expect(tokenizer.encode('a</s>b<|eot_id|>')).toEqual([0, 2, 1, 4])
    expect(tokenizer.decode([2, 4])).toBe('')
  })
})

describe('ids without a token', () => {
  it('have no text', async () => {
    const tokenizer = await createTokenizer({ tokenizerJson, tokenizerConfig: { eos_token: '</s>' } })
    expect(tokenizer.decode([2, 99], { skipSpecialTokens: false })).toBe('</s>')
    expect(tokenizer.decode([])).toBe('')
  })
})

describe('a tokenizer that cannot be built', () => {
  const load = (json: unknown) =>
    createTokenizer({ tokenizerJson: json, tokenizerConfig: { eos_token: '</s>' } })
  it('is UNSUPPORTED where its kind is not known, MALFORMED where it is not a tokenizer', async () => {
    await expect(load({ ...tokenizerJson, normalizer: { type: 'Rot13' } })).rejects.toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', found: expect.stringContaining('Rot13') }),
    )
    await expect(load({ version: '1.0' })).rejects.toThrow(expect.objectContaining({ code: 'MALFORMED' }))
    await expect(load([])).rejects.toThrow(expect.objectContaining({ code: 'MALFORMED', found: 'a list' }))
  })
})
