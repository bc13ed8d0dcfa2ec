import { byteLevel } from './gguf/byte-level.ts'
import { sentencePiece } from './gguf/sentencepiece.ts'
import { splitsByName } from './gguf/split-names.ts'
import { type GgufVocabulary, readGgufVocabulary, type SpecialToken } from './gguf/vocabulary.ts'

/** A tokenizer in the form of Hugging Face's tokenizer.json and tokenizer_config.json, parsed. */
export interface TokenizerJsonFiles {
  readonly tokenizerJson: Record<string, unknown>
  readonly tokenizerConfig: Record<string, unknown>
}

/**
 * The tokenizer described by a GGUF's metadata, as the files that `createTokenizer` takes. Ids are those of transformers'
 * `AutoTokenizer.from_pretrained(directory, gguf_file=...)`, except where llama.cpp knows more about the model's own tokenizer by
 * a name in the file: see `splitsByName` and `sentencePiece`. None of the three normalizes text.
 *
 * metadata: a GGUF header's metadata; integers may be BigInt. onNotice: receives notices about what it leaves open. Throws
 * `UNSUPPORTED` for a vocabulary (`tokenizer.ggml.model`) other than `gpt2` and `llama` or an unknown pre-tokenizer
 * (`tokenizer.ggml.pre`), `MALFORMED` if keys are missing or contradict each other.
 */
export function ggufTokenizerFiles(
  metadata: Readonly<Record<string, unknown>>,
  onNotice?: (line: string) => void,
): TokenizerJsonFiles {
  const vocabulary = readGgufVocabulary(metadata)
  if (vocabulary.model === 'gpt2' && vocabulary.pre === 'default')
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
    normalizer: null,
    post_processor: postProcessor(vocabulary),
    ...parts,
  }
}

/** By default, llama.cpp starts a SentencePiece text with BOS; for a byte-level one it depends on the split's name. */
function postProcessor(vocabulary: GgufVocabulary): Record<string, unknown> {
  const { model, pre, special, flag } = vocabulary
  const startsWithBos = model === 'llama' || splitsByName.get(pre)?.startsWithBos
  const bos = (flag('add_bos_token') ?? startsWithBos) ? special('bos') : undefined
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
