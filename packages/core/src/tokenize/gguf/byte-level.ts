import { isByteSpelled, spellBytes } from '../exact/byte-alphabet.ts'
import { addedTokens, bytePairs, isAdded, splitMerge, type TokenizerParts } from './byte-pairs.ts'
import { splitsByName } from './split-names.ts'
import { type GgufVocabulary, malformed, unsupported } from './vocabulary.ts'

/**
 * Byte-level BPE (`tokenizer.ggml.model` = `gpt2`): text is split into words, and the bytes of a word are merged. Throws
 * `UNSUPPORTED` for an unknown split.
 */
export function byteLevel(vocabulary: GgufVocabulary): TokenizerParts {
  const { pre, tokens, types, merges } = vocabulary
  const split = splitsByName.get(pre)
  if (split === undefined) throw unsupported('pre-tokenizer', pre, splitsByName.keys())
  if (!merges) throw malformed('a key tokenizer.ggml.merges', 'no such key')
  return {
    added_tokens: addedTokens(vocabulary),
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...(split.digits ? [{ type: 'Digits', individual_digits: true }] : []),
        { type: 'Split', pattern: { Regex: split.pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bytePairs(
      vocabulary,
      // Tokens are spelled in the byte alphabet, except those matched in the text.
      tokens.map((token, id) => (isAdded(types[id]) || isByteSpelled(token) ? token : spellBytes(token))),
      merges.map(splitMerge),
      { ignore_merges: split.wholeWords === true },
    ),
  }
}
