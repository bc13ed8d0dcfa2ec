import { describeValue } from '../../text/describe-value.ts'
import type { AddedToken } from '../exact/added-tokens.ts'
import { type GgufVocabulary, malformed, tokenTypes } from './vocabulary.ts'

/** The parts of tokenizer.json that depend on the kind of vocabulary. */
export interface TokenizerParts {
  readonly added_tokens: readonly AddedTokenJson[]
  readonly normalizer?: object
  readonly pre_tokenizer?: object
  readonly decoder: object
  readonly model: object
}

export type AddedTokenJson = Omit<AddedToken, 'onlyIfKnown'> & { readonly id: number }

/** Whether a token is matched in the text before any merge. */
export const isAdded = (type: number | undefined) =>
  type === tokenTypes.control || type === tokenTypes.userDefined

export function addedTokens({ tokens, types }: GgufVocabulary): AddedTokenJson[] {
  return tokens.flatMap((content, id) => {
    const type = types[id]
    if (!isAdded(type)) return []
    const special = type === tokenTypes.control
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }]
  })
}

/** Splits `left right`. */
export function splitMerge(merge: string): readonly [string, string] {
  const [left, right, ...more] = merge.split(' ')
  if (left && right && more.length === 0) return [left, right]
  throw malformed('each of tokenizer.ggml.merges to be two tokens and one space', describeValue(merge))
}

/**
 * The `model` of tokenizer.json.
 *
 * @param tokens [V], in the model's spelling
 */
export function bytePairs(
  { types }: GgufVocabulary,
  tokens: readonly string[],
  merges: readonly (readonly [string, string])[],
  options: Readonly<Record<string, boolean | string>>,
): object {
  const entries = tokens.flatMap((token, id): [string, number][] => {
    // Converters pad the vocabulary to the rows of the embedding matrix; these tokens occur in no text.
    if (types[id] === tokenTypes.unused && /^\[PAD\d+\]$/.test(token)) return []
    return [[token, id]]
  })
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...options,
    vocab: Object.fromEntries(entries),
    merges,
  }
}
