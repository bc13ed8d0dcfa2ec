import { PatchError } from '../errors.ts'
import { describeValue } from '../text/describe-value.ts'
import { isByteSpelled, spellBytes } from './exact/byte-alphabet.ts'
import { type GgufVocabulary, readGgufVocabulary, type SpecialToken, tokenTypes } from './gguf-vocabulary.ts'
import { splitPatterns } from './patterns/split-patterns.ts'
import { sentencePieceMerges } from './sentencepiece-merges.ts'

/** A tokenizer in the form of Hugging Face's tokenizer.json and tokenizer_config.json, parsed. */
export interface TokenizerJsonFiles {
  readonly tokenizerJson: Record<string, unknown>
  readonly tokenizerConfig: Record<string, unknown>
}

/** Architectures whose `llama` vocabulary is cut in another way than Llama's. */
const otherSentencePieces = new Set(['gemma', 'gemma2', 'gemma3', 'phi3'])

/**
 * The tokenizer that a GGUF's metadata describes, as the files that `createTokenizer` takes. Ids are those of
 * transformers' `AutoTokenizer.from_pretrained(directory, gguf_file=...)`.
 *
 * metadata: what a GGUF's header says; integers may be BigInt. onNotice: takes a line about what it leaves open. Throws
 * `UNSUPPORTED` for a vocabulary (`tokenizer.ggml.model`) other than `gpt2` and `llama` or a pre-tokenizer
 * (`tokenizer.ggml.pre`) that is not known, `MALFORMED` if keys are missing or contradict each other.
 */
export function ggufTokenizerFiles(
  metadata: Readonly<Record<string, unknown>>,
  onNotice?: (line: string) => void,
): TokenizerJsonFiles {
  const vocabulary = readGgufVocabulary(metadata)
  if (vocabulary.model === 'gpt2' && metadata['tokenizer.ggml.pre'] === undefined)
    onNotice?.(
      'The GGUF does not say how to split text into words (tokenizer.ggml.pre): it is split as in GPT-2, and ids may differ from those in training',
    )
  const template = metadata['tokenizer.chat_template']
  const tokenizerConfig: Record<string, unknown> = {
    clean_up_tokenization_spaces: false,
    ...specialTokens(vocabulary),
    ...(template === undefined ? {} : { chat_template: template }),
  }
  return { tokenizerJson: tokenizerJson(vocabulary), tokenizerConfig }
}

function tokenizerJson(vocabulary: GgufVocabulary): Record<string, unknown> {
  const parts = vocabulary.model === 'gpt2' ? byteLevel(vocabulary) : sentencePiece(vocabulary)
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: null,
    post_processor: postProcessor(vocabulary),
    ...parts,
  }
}

/** llama.cpp starts a SentencePiece text with BOS unless told otherwise, a byte-level one only where told to. */
function postProcessor(vocabulary: GgufVocabulary): Record<string, unknown> {
  const { model, special, flag } = vocabulary
  const bos = (flag('add_bos_token') ?? model === 'llama') ? special('bos') : undefined
  const eos = flag('add_eos_token') ? special('eos') : undefined
  const piece = (token: SpecialToken | undefined) =>
    token ? [{ SpecialToken: { id: token.text, type_id: 0 } }] : []
  const single = [...piece(bos), { Sequence: { id: 'A', type_id: 0 } }, ...piece(eos)]
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: Object.fromEntries(
      [bos, eos].flatMap((token) =>
        token ? [[token.text, { id: token.text, ids: [token.id], tokens: [token.text] }]] : [],
      ),
    ),
  }
}

function byteLevel(vocabulary: GgufVocabulary): Record<string, unknown> {
  const split = splitPatterns.get(vocabulary.pre)
  if (split === undefined) throw unsupported('pre-tokenizer', vocabulary.pre, [...splitPatterns.keys()])
  if (!vocabulary.merges) throw noMerges('tokenizer.ggml.merges')
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
  const isolate = { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false }
  return {
    pre_tokenizer: { type: 'Sequence', pretokenizers: [isolate, byteLevel] },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bpe(vocabulary, vocabulary.merges.map(splitMerge), { fuse_unk: false, byte_fallback: false }),
  }
}

function sentencePiece(vocabulary: GgufVocabulary): Record<string, unknown> {
  const { architecture, model, tokens, scores, merges } = vocabulary
  if (model !== 'llama') throw unsupported('vocabulary', model, ['gpt2', 'llama'])
  if (architecture && otherSentencePieces.has(architecture))
    throw unsupported('architecture with a `llama` vocabulary', architecture, ['llama', 'mistral'])
  if (!merges && !scores) throw noMerges('tokenizer.ggml.scores or tokenizer.ggml.merges')
  const prefix = vocabulary.flag('add_space_prefix') ?? true
  return {
    pre_tokenizer: {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: prefix ? 'first' : 'never',
      split: false,
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: bpe(vocabulary, merges?.map(splitMerge) ?? sentencePieceMerges(tokens, scores!), {
      fuse_unk: true,
      byte_fallback: true,
    }),
  }
}

function bpe(vocabulary: GgufVocabulary, merges: unknown[], options: Record<string, boolean>) {
  const entries = vocabulary.tokens.flatMap((token, id): [string, number][] => {
    // Converters fill the vocabulary up to the rows of the embedding matrix; no text ever has these tokens.
    if (vocabulary.types[id] === tokenTypes.unused && /^\[PAD\d+\]$/.test(token)) return []
    return [[spelling(vocabulary, token, id), id]]
  })
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    ...options,
    ignore_merges: false,
    vocab: Object.fromEntries(entries),
    merges,
  }
}

/** How a token stands in the vocabulary: a byte-level one in the byte alphabet, unless it is matched in the text. */
function spelling({ model, types }: GgufVocabulary, token: string, id: number): string {
  if (model !== 'gpt2' || isAdded(types[id]) || isByteSpelled(token)) return token
  return spellBytes(token)
}

const isAdded = (type: number | undefined) => type === tokenTypes.control || type === tokenTypes.userDefined

function addedTokens(vocabulary: GgufVocabulary) {
  return vocabulary.tokens.flatMap((content, id) => {
    const type = vocabulary.types[id]
    if (!isAdded(type)) return []
    const special = type === tokenTypes.control
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }]
  })
}

function specialTokens(vocabulary: GgufVocabulary): Record<string, string> {
  const roles = {
    bos_token: 'bos',
    eos_token: 'eos',
    unk_token: 'unknown',
    pad_token: 'padding',
    eot_token: 'eot',
    eom_token: 'eom',
  }
  return Object.fromEntries(
    Object.entries(roles).flatMap(([name, role]) => {
      const token = vocabulary.special(role)
      return token === undefined ? [] : [[name, token.text]]
    }),
  )
}

function splitMerge(merge: string): readonly [string, string] {
  const [left, right, ...more] = merge.split(' ')
  if (left && right && more.length === 0) return [left, right]
  throw new PatchError('MALFORMED', {
    expected: 'each of tokenizer.ggml.merges to be two tokens and one space',
    found: describeValue(merge),
    remedy: 'Convert the model to GGUF again',
  })
}

function noMerges(key: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: `a key ${key}`,
    found: 'no such key',
    remedy: 'Convert the model to GGUF again',
  })
}

function unsupported(what: string, found: string, known: readonly string[]): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `a GGUF ${what} of ${known.join(', ')}`,
    found,
    remedy: 'Load the model from its Hugging Face files instead, with tokenizer.json',
  })
}
