import { type AddedTokenJson, addedTokens, bytePairs, splitMerge, type TokenizerParts } from './byte-pairs.ts'
import { sentencePieceMerges } from './sentencepiece-merges.ts'
import { type GgufVocabulary, malformed, unsupported } from './vocabulary.ts'

/**
 * SentencePiece BPE (`tokenizer.ggml.model` = `llama`): a space is ▁, characters are merged across words, and characters without
 * a token become bytes. Throws `UNSUPPORTED` for another kind of vocabulary.
 *
 * What a GGUF leaves open depends on the architecture. In Llama and Mistral, one ▁ is put before the text. In Phi-3, it is put
 * before each stretch between special tokens, which consume the white space after them. In Gemma, there is none; runs of spaces
 * are stored as spaces instead of ▁; and tokens merge in the order of their ids, which differs from that of the scores.
 */
export function sentencePiece(vocabulary: GgufVocabulary): TokenizerParts {
  const { architecture = '', model, tokens, scores, merges } = vocabulary
  if (model !== 'llama') throw unsupported('vocabulary', model, ['gpt2', 'llama'])
  if (!merges && !scores)
    throw malformed('a key tokenizer.ggml.scores or tokenizer.ggml.merges', 'no such key')
  const isGemma = architecture.startsWith('gemma')
  const isPhi = architecture === 'phi3'
  const startsWithSpace = vocabulary.flag('add_space_prefix') ?? !isGemma
  const spelled = isGemma ? tokens.map(respell) : tokens
  const rank = isGemma ? tokens.map((_, id) => -id) : scores
  const added = addedTokens(vocabulary)
  return {
    // transformers leaves out user-defined tokens with another spelling in the vocabulary: merges lead to them.
    added_tokens: isGemma
      ? added.filter(({ content }) => respell(content) === content)
      : isPhi
        ? added.map(takingSpaceAfter)
        : added,
    ...(isGemma || isPhi ? spacedStretches(startsWithSpace) : spacedText(startsWithSpace)),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(startsWithSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: bytePairs(vocabulary, spelled, merges?.map(splitMerge) ?? sentencePieceMerges(spelled, rank!), {
      fuse_unk: true,
      byte_fallback: true,
    }),
  }
}

/** Puts a ▁ before each stretch of text. */
const spacedStretches = (startsWithSpace: boolean) => ({
  normalizer: {
    type: 'Sequence',
    normalizers: [
      ...(startsWithSpace ? [{ type: 'Prepend', prepend: '▁' }] : []),
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
})

/** Puts a ▁ only before the text. */
const spacedText = (startsWithSpace: boolean) => ({
  pre_tokenizer: {
    type: 'Metaspace',
    replacement: '▁',
    prepend_scheme: startsWithSpace ? 'first' : 'never',
    split: false,
  },
})

const respell = (token: string) => (/^ +$/.test(token) ? '▁'.repeat(token.length) : token)

/** Phi-3's tokens that do not consume the white space after them. */
const plainInPhi = ['<unk>', '<s>', '<|endoftext|>']

const takingSpaceAfter = (token: AddedTokenJson): AddedTokenJson => ({
  ...token,
  rstrip: !plainInPhi.includes(token.content),
})
