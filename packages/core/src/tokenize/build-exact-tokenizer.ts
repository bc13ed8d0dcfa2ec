/**
 * Tokenizers that match the Rust library `tokenizers`, which transformers uses: the same ids and the same text from the same
 * tokenizer.json, component by component. `@huggingface/tokenizers` does not: it drops the text between the matches of an
 * inverted Split, lacks `single_word` and three of five behaviours, maps characters by NFKC where the file has a map, and runs
 * any regular expression on JavaScript's backtracking engine.
 */
import * as z from 'zod/mini'
import { describeValue } from '../text/describe-value.ts'
import type { AddedToken } from './exact/added-tokens.ts'
import { type AddedVocabulary, addTokens } from './exact/added-vocabulary.ts'
import { optionsOf, tokenizerError, unknownType } from './exact/component.ts'
import { type Decoder, readDecoder } from './exact/decoders.ts'
import { readBytePairs } from './exact/models/byte-pair.ts'
import type { Model } from './exact/models/vocabulary.ts'
import { readNormalizer } from './exact/normalizers.ts'
import { readPostProcessor } from './exact/post-processors.ts'
import { type PreTokenizer, readPreTokenizer } from './exact/pre-tokenizers.ts'

export interface ExactTokenizer {
  readonly model: Model['type']
  /** Tokens by id, including added tokens; holes for ids without a token. */
  readonly vocabulary: readonly (string | undefined)[]
  idOf(token: string): number | undefined
  encode(text: string, addSpecialTokens: boolean): number[]

  decode(ids: readonly number[], skipSpecialTokens: boolean): string
}

type Json = Readonly<Record<string, unknown>>

/**
 * @param added batches of added tokens, those of tokenizer.json first
 * @throws PatchError `MALFORMED` or `UNSUPPORTED`, naming the component
 */
export async function buildExactTokenizer(
  tokenizerJson: Json,
  added: readonly (readonly AddedToken[])[],
): Promise<ExactTokenizer> {
  const { version } = tokenizerJson
  if (version !== undefined && version !== '1.0')
    throw tokenizerError('UNSUPPORTED', 'version 1.0 of tokenizer.json', { found: describeValue(version) })
  const part = (where: string) => {
    const config = tokenizerJson[where] ?? undefined
    return config === undefined ? undefined : { config, where }
  }
  const [normalizer, preTokenizer, decoder] = [part('normalizer'), part('pre_tokenizer'), part('decoder')]
  const normalize = normalizer && (await readNormalizer(normalizer))
  const preTokenize = preTokenizer && (await readPreTokenizer(preTokenizer))
  const decode = decoder && (await readDecoder(decoder))
  const model = await readModel(tokenizerJson.model)
  const vocabulary = addTokens(added, model, normalize)
  const textOf = (id: number) => vocabulary.textOf(id) ?? model.textOf(id)
  const postProcessor = part('post_processor')
  const postProcess = postProcessor && readPostProcessor(postProcessor, textOf)
  const encode = encoder(vocabulary, preTokenize, model)
  return {
    model: model.type,
    vocabulary: tokensById(model, vocabulary),
    idOf: (token) => vocabulary.idOf(token) ?? model.idOf(token),
    encode(text, addSpecialTokens) {
      const ids = encode(text)
      return addSpecialTokens && postProcess ? [...postProcess(ids)] : ids
    },
    decode(ids, skipSpecialTokens) {
      const tokens = ids.flatMap((id) => textOf(id) ?? [])
      const kept = skipSpecialTokens ? tokens.filter((token) => !vocabulary.isSpecial(token)) : tokens
      return join(kept, decode)
    },
  }
}

/** Loads models other than BPE on demand, because hardly any language model uses them. */
async function readModel(config: unknown): Promise<Model> {
  const component = { config, where: 'model' }
  const { type = impliedType(config as Json) } = optionsOf(
    z.looseObject({ type: z.optional(z.string()) }),
    component,
  )
  switch (type) {
    case 'BPE':
      return readBytePairs(component)
    case 'WordPiece':
      return (await import('./exact/models/word-piece.ts')).readWordPiece(component)
    case 'WordLevel':
      return (await import('./exact/models/word-piece.ts')).readWordLevel(component)
    case 'Unigram':
      return (await import('./exact/models/unigram.ts')).readUnigram(component)
    default:
      throw unknownType(component, type)
  }
}

/** Old files omit the type. */
function impliedType({ vocab, merges, max_input_chars_per_word }: Json): Model['type'] {
  if (merges !== undefined) return 'BPE'
  if (Array.isArray(vocab)) return 'Unigram'
  return max_input_chars_per_word === undefined ? 'WordLevel' : 'WordPiece'
}

function encoder(
  vocabulary: AddedVocabulary,
  preTokenize: PreTokenizer | undefined,
  model: Model,
): (text: string) => number[] {
  return (text) => {
    const ids: number[] = []
    for (const part of vocabulary.split(wellFormed(text))) {
      if (typeof part === 'number') {
        ids.push(part)
        continue
      }
      const words = { words: [part.text], atStart: part.atStart }
      for (const word of (preTokenize?.(words) ?? words).words)
        for (const id of model.tokenize(word)) ids.push(id)
    }
    return ids
  }
}

/** Lone surrogates have no UTF-8 bytes: U+FFFD replaces them, as in every encoder. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

function join(tokens: readonly string[], decode: Decoder | undefined): string {
  if (tokens.length === 0) return ''
  return decode ? decode(tokens).join('') : tokens.join(' ')
}

function tokensById(model: Model, { contents }: AddedVocabulary): (string | undefined)[] {
  const tokens: (string | undefined)[] = []
  for (const [token, id] of model.entries) tokens[id] = token
  for (const [id, content] of contents) tokens[id] = content
  return tokens
}
