import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'

type Json = Readonly<Record<string, unknown>>

/** A token that is matched in the text before the model splits it. */
export interface AddedToken {
  readonly content: string
  /** Matches only if there is no letter, digit or similar next to it. */
  readonly single_word: boolean
  /** Also matches white space before it. */
  readonly lstrip: boolean
  /** Also matches white space after it. */
  readonly rstrip: boolean
  /** Whether it is normalized and matched in the normalized text. */
  readonly normalized: boolean
  /** Left out of decoded text. */
  readonly special: boolean
  /** Ignored if the vocabulary does not have it: the model has no row for a new token. */
  readonly onlyIfKnown?: boolean
}

const flags = ['single_word', 'lstrip', 'rstrip', 'normalized', 'special'] as const

/**
 * The added tokens of a tokenizer in transformers 5's order, in batches: tokenizer.json's `added_tokens`; `added_tokens_decoder`
 * of tokenizer_config.json, which overrides their properties; and the tokens that the configuration names, such as `eos_token`,
 * which are always special but must be in the vocabulary. The ids in the files are ignored: tokens in the vocabulary keep their
 * ids, and new ones are numbered after it.
 *
 * Throws `MALFORMED` for invalid entries.
 */
export function readAddedTokens(tokenizerJson: Json, config: Json): AddedToken[][] {
  const own = listed(tokenizerJson.added_tokens ?? []).map((entry, i) => {
    const where = `added_tokens.${i} of tokenizer.json`
    const token = read(entry, where)
    const { id } = entry as Json
    if (Number.isInteger(id) && (id as number) >= 0) return token
    throw malformed(`${where} to be an added token with an id`, describeValue(id))
  })
  const decoder = decoderEntries(config.added_tokens_decoder ?? {})
  const described = new Map((decoder.length > 0 ? decoder : own).map((token) => [token.content, token]))
  const named = namedValues(config).flatMap((value): AddedToken[] => {
    const content = tokenText(value)
    if (content === undefined) return []
    const token = described.get(content) ?? plain(value, content)
    return [{ ...token, special: true, onlyIfKnown: true }]
  })
  return [own, decoder, named]
}

/** The text of a token in a configuration, given as text or as an added token. */
export function tokenText(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null ? (value as Json).content : value
  return typeof text === 'string' ? text : undefined
}

function plain(value: unknown, content: string): AddedToken {
  if (typeof value === 'object') return read(value, 'a special token of tokenizer_config.json')
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
}

function namedValues(config: Json): unknown[] {
  const single = Object.entries(config).filter(([name]) => name.endsWith('_token'))
  const extra = [config.additional_special_tokens, config.extra_special_tokens].flatMap((list) =>
    typeof list === 'object' && list !== null ? Object.values(list) : [],
  )
  return [...single.map(([, value]) => value), ...extra]
}

function listed(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  throw malformed('`added_tokens` of tokenizer.json to be a list', describeValue(value))
}

function decoderEntries(value: unknown): AddedToken[] {
  const name = 'added_tokens_decoder of tokenizer_config.json'
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${name} to be an object`, describeValue(value))
  const entries = Object.entries(value)
  const wrong = entries.find(([id]) => !/^\d{1,10}$/.test(id))
  if (wrong) throw malformed(`${name} to have ids as keys`, excerpt(wrong[0]))
  return entries
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, token]) => read(token, `${id} in ${name}`))
}

/** Validated by hand: some files have a hundred thousand entries, for which a schema takes seconds. */
function read(value: unknown, where: string): AddedToken {
  const expected = `${where} to be an added token`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(expected, describeValue(value))
  const entry = value as Json
  if (typeof entry.content !== 'string')
    throw malformed(`${expected} with a content`, describeValue(entry.content))
  const wrong = flags.find((flag) => entry[flag] != null && typeof entry[flag] !== 'boolean')
  if (wrong) throw malformed(`${expected} whose ${wrong} is true or false`, describeValue(entry[wrong]))
  const isSet = (flag: (typeof flags)[number]) => entry[flag] === true
  return {
    content: entry.content,
    single_word: isSet('single_word'),
    lstrip: isSet('lstrip'),
    rstrip: isSet('rstrip'),
    normalized: entry.normalized == null ? !isSet('special') : isSet('normalized'),
    special: isSet('special'),
  }
}

function malformed(expected: string, found: string): PatchError {
  return new PatchError('MALFORMED', { expected, found, remedy: "Download the model's file again" })
}
