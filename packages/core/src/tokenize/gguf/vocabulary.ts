import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'

/** `tokenizer.ggml.token_type`, as GGUF numbers it. */
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface SpecialToken {
  readonly id: number
  readonly text: string
}

/** The tokenizer in a GGUF's metadata, validated. */
export interface GgufVocabulary {
  /** `tokenizer.ggml.model`: gpt2, llama. */
  readonly model: string
  /** `tokenizer.ggml.pre`; `default` if it is missing. */
  readonly pre: string
  readonly architecture: string | undefined
  /** [V], in id order. */
  readonly tokens: readonly string[]
  /** [V], see {@link tokenTypes}. */
  readonly types: readonly number[]
  /** [V]; undefined if the file has none. */
  readonly scores: readonly number[] | undefined
  /** `left right`; undefined if the file has none. */
  readonly merges: readonly string[] | undefined
  /** The special token with a role in the file: bos, eos, unknown, padding, eot. */
  special(role: string): SpecialToken | undefined
  /** A boolean key under `tokenizer.ggml`. */
  flag(name: string): boolean | undefined
}

/** Parses the keys under `tokenizer.ggml`. Throws `MALFORMED` if one is missing or of the wrong type. */
export function readGgufVocabulary(metadata: Readonly<Record<string, unknown>>): GgufVocabulary {
  const get = (name: string) => metadata[`tokenizer.ggml.${name}`]
  const tokens = list(get('tokens'), 'tokens', isString)
  if (!tokens) throw malformed('a key tokenizer.ggml.tokens', 'no such key')
  const perToken = (name: string) => {
    const values = list(get(name), name, isNumber)?.map(Number)
    if (values && values.length !== tokens.length)
      throw malformed(`tokenizer.ggml.${name} to have ${tokens.length} entries`, `${values.length}`)
    return values
  }
  const text = (name: string) => {
    const value = get(name)
    if (value !== undefined && !isString(value))
      throw malformed(`tokenizer.ggml.${name} to be text`, typeof value)
    return value
  }
  const model = text('model')
  if (model === undefined) throw malformed('a key tokenizer.ggml.model', 'no such key')
  const architecture = metadata['general.architecture']
  return {
    model,
    pre: text('pre') ?? 'default',
    architecture: isString(architecture) ? architecture : undefined,
    tokens,
    types: perToken('token_type') ?? tokens.map(() => tokenTypes.normal),
    scores: perToken('scores'),
    merges: list(get('merges'), 'merges', isString),
    special(role) {
      const id = get(`${role}_token_id`)
      if (id === undefined || id === null) return undefined
      const text = isNumber(id) ? tokens[Number(id)] : undefined
      if (text === undefined)
        throw malformed(
          `tokenizer.ggml.${role}_token_id to be an id below ${tokens.length}`,
          describeValue(id),
        )
      return { id: Number(id), text }
    },
    flag(name) {
      const value = get(name)
      if (value === undefined || typeof value === 'boolean') return value
      throw malformed(`tokenizer.ggml.${name} to be true or false`, describeValue(value))
    },
  }
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

function list<T>(value: unknown, name: string, is: (entry: unknown) => entry is T): T[] | undefined {
  if (value === undefined) return undefined
  const entries = Array.isArray(value) ? value : ArrayBuffer.isView(value) ? Array.from(value as never) : []
  const wrong = entries.findIndex((entry) => !is(entry))
  if (entries.length && wrong < 0) return entries as T[]
  throw malformed(
    `tokenizer.ggml.${name} to be a list of a single type`,
    entries.length ? `${typeof entries[wrong]} at ${wrong}` : 'nothing in it',
  )
}

export function malformed(expected: string, found: string): PatchError {
  return new PatchError('MALFORMED', { expected, found, remedy: 'Convert the model to GGUF again' })
}

export function unsupported(what: string, found: string, known: Iterable<string>): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `a GGUF ${what} of ${[...known].join(', ')}`,
    found,
    remedy: 'Load the model from its Hugging Face files instead, with tokenizer.json',
  })
}
