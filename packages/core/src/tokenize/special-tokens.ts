import { PatchError } from '../errors.ts'
import { describeValue } from '../text/describe-value.ts'
import type { NamedTokens } from './compile-chat-template.ts'
import { tokenText } from './exact/added-tokens.ts'

type Json = Record<string, unknown>

/** Tokens that end an assistant's turn in known chat formats, whatever a file declares as end of sequence. */
const turnEnds = ['<|im_end|>', '<|eot_id|>', '<|end|>', '<|end_of_turn|>', '<end_of_turn>']

/** The special tokens named in tokenizer_config.json, as text: `bos_token`, `eos_token`, … */
export function namedTokens(config: Json): NamedTokens {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => {
      const text = name.endsWith('_token') ? tokenText(value) : undefined
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

/** The sources that say which ids end a response. */
export interface EosSources {
  /** generation_config.json; if it exists, config.json is ignored. */
  readonly generationConfig: Json | undefined
  /** config.json */
  readonly modelConfig: Json | undefined
  /** Special tokens, by role. */
  readonly named: NamedTokens
  readonly template: string | undefined
  readonly idOf: (token: string) => number | undefined
}

/**
 * The ids that end a response: generation_config.json's, or without it config.json's; the end of sequence; and the end of a turn
 * if the chat template writes it. The latter comes first, because responses are trained to end with it.
 *
 * @throws PatchError `MALFORMED` for invalid ids
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
  // Older configurations use -1 for none.
  const known = ids.filter((id) => id !== -1)
  if (known.every((id) => Number.isInteger(id) && (id as number) >= 0)) return known as number[]
  throw new PatchError('MALFORMED', {
    expected: `an id or a list of ids under eos_token_id in ${file}`,
    found: describeValue(json?.eos_token_id),
    remedy: 'The model is damaged; download it again',
  })
}
