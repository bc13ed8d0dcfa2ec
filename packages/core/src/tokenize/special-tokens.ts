import { describeValue } from '../describe-value.ts'
import { PatchError } from '../errors.ts'
import type { NamedTokens } from './compile-chat-template.ts'

type Json = Record<string, unknown>

/** An entry of tokenizer.json's `added_tokens`. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special: boolean
}

/** Tokens that end an assistant's turn in the chat formats in use, whatever a file calls end of sequence. */
const turnEnds = ['<|im_end|>', '<|eot_id|>', '<|end|>', '<|end_of_turn|>', '<end_of_turn>']

/** The special tokens that tokenizer_config.json names, as text: `bos_token`, `eos_token`, … */
export function namedTokens(config: Json): NamedTokens {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => {
      const text = name.endsWith('_token') ? tokenText(value) : undefined
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function tokenText(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null ? (value as Json).content : value
  return typeof text === 'string' ? text : undefined
}

/**
 * tokenizer.json's added tokens, with those that only tokenizer_config.json knows: its `added_tokens_decoder`, and
 * the tokens it names as special where the vocabulary has them.
 */
export function completeAddedTokens(tokenizerJson: Json, config: Json): AddedToken[] {
  const added = [...((tokenizerJson.added_tokens as AddedToken[] | undefined) ?? [])]
  const known = new Set(added.map((token) => token.content))
  const add = (token: AddedToken) => {
    if (known.has(token.content)) return
    known.add(token.content)
    added.push(token)
  }
  for (const [id, token] of Object.entries((config.added_tokens_decoder ?? {}) as Record<string, AddedToken>))
    add({ ...token, id: Number(id) })
  const vocab = (tokenizerJson.model as Json | undefined)?.vocab
  const extra = [config.additional_special_tokens, config.extra_special_tokens].flatMap((list) =>
    Array.isArray(list) ? list.map(tokenText) : [],
  )
  for (const content of [...Object.values(namedTokens(config)), ...extra]) {
    if (
      content === undefined ||
      typeof vocab !== 'object' ||
      vocab === null ||
      !Object.hasOwn(vocab, content)
    )
      continue
    add({ id: (vocab as Record<string, number>)[content]!, content, special: true })
  }
  return added
}

/**
 * The post-processor: tokenizer.json's, or where tokenizer_config.json says whether to add BOS and EOS, one that
 * does so, as transformers replaces it.
 */
export function postProcessor(
  tokenizerJson: Json,
  config: Json,
  idOf: (token: string) => number | undefined,
): unknown {
  if (!('add_bos_token' in config) && !('add_eos_token' in config))
    return tokenizerJson.post_processor ?? null
  const { bos_token: bos, eos_token: eos } = namedTokens(config)
  const before = config.add_bos_token && bos !== undefined ? [bos] : []
  const after = config.add_eos_token && eos !== undefined ? [eos] : []
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } })
  const single = [...before.map(special), { Sequence: { id: 'A', type_id: 0 } }, ...after.map(special)]
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: Object.fromEntries(
      [...before, ...after].map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  }
}

/** What of a model's files says which ids end a response. */
export interface EosSources {
  /** generation_config.json; where there is one, config.json is not asked. */
  readonly generationConfig: Json | undefined
  /** config.json */
  readonly modelConfig: Json | undefined
  /** Special tokens, by role. */
  readonly named: NamedTokens
  readonly template: string | undefined
  readonly idOf: (token: string) => number | undefined
}

/**
 * The ids that end a response: generation_config.json's or for want of it config.json's, the end of sequence, and the
 * end of a turn where the chat template writes it, which comes first: it is what a response is trained to end with.
 *
 * @throws PatchError `MALFORMED` for ids that are none
 */
export function eosTokenIds(sources: EosSources): number[] {
  const { named, template, idOf } = sources
  const turnEnd = turnEnds.filter((token) => template?.includes(token))
  const tokens = [...turnEnd, named.eot_token, named.eom_token, named.eos_token]
  const ids = tokens.flatMap((token) => (token === undefined ? [] : [idOf(token)]))
  return [...new Set([...ids.filter((id) => id !== undefined), ...declaredEosIds(sources)])]
}

function declaredEosIds({ generationConfig, modelConfig }: EosSources): number[] {
  const [json, file] = generationConfig
    ? [generationConfig, 'generation_config.json']
    : [modelConfig, 'config.json']
  const ids = [json?.eos_token_id ?? []].flat()
  // Older configurations have -1 for none.
  const known = ids.filter((id) => id !== -1)
  if (known.every((id) => Number.isInteger(id) && (id as number) >= 0)) return known as number[]
  throw new PatchError('MALFORMED', {
    expected: `an id or a list of ids under eos_token_id in ${file}`,
    found: describeValue(json?.eos_token_id),
    remedy: 'The model is damaged; fetch it again',
  })
}
