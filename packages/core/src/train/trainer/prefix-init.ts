import { PatchError } from '../../errors.ts'
import {
  type EmbeddingTable,
  embeddingRows,
  embeddingTable,
} from '../../model/language-model/embedding-matrix.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { createRandom } from '../../random.ts'
import { describeValue } from '../../text/describe-value.ts'

/**
 * How the prefix is initialized (PEFT's `prompt_tuning_init`): `text`, with the embeddings of a policy sentence, repeated or
 * truncated to m; `vocab`, with those of m different random tokens; `random`, with normal numbers that have the mean and standard
 * deviation of the embedding matrix; all with the model's embedding scale.
 */
export type PrefixInit = 'text' | 'vocab' | 'random'

export interface PrefixInitOptions {
  /** m. Default 50. */
  readonly length?: number | undefined
  /** Default `text`. */
  readonly init?: PrefixInit | undefined
  /** The sentence for `text`. Default {@link DEFAULT_POLICY}. */
  readonly text?: string | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  /** See `Prefix.alwaysVisible`. Default false. */
  readonly alwaysVisible?: boolean | undefined
}

/** The default policy sentence that a prefix starts from. */
export const DEFAULT_POLICY =
  'You are a safe and helpful assistant. If a request asks for something harmful, illegal or unethical, refuse ' +
  'politely and briefly. If a request is harmless, answer it helpfully.'

/** The prefix before its first step, [m, d]. */
export function initPrefix(model: LanguageModel, options: PrefixInitOptions = {}): Prefix {
  const { length = 50, init = 'text', text = DEFAULT_POLICY, seed = 0 } = options
  if (!(Number.isInteger(length) && length > 0 && length < model.config.maxPositions)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a prefix length from 1 to ${model.config.maxPositions - 1}`,
      found: `${length}`,
      remedy: 'Choose another length; 50 is usual',
    })
  }
  const start = startOf(model, { length, init, text, seed })
  return options.alwaysVisible ? { ...start, alwaysVisible: true } : start
}

type Start = Required<{ [Name in 'length' | 'init' | 'text' | 'seed']: NonNullable<PrefixInitOptions[Name]> }>

function startOf(model: LanguageModel, { length, init, text, seed }: Start): Prefix {
  const random = createRandom(seed)
  switch (init) {
    case 'text':
      return rowsOf(model, length, textIds(model, text))
    case 'vocab':
      return rowsOf(model, length, distinctIds(model.config.vocabSize, length, random.integer))
    case 'random':
      return normalLike(embeddingTable(model), length, random.normal)
    default:
      throw new PatchError('INVALID_ARGUMENT', {
        expected: 'init text, vocab or random',
        found: describeValue(init satisfies never),
        remedy: 'Choose one of these',
      })
  }
}

function textIds(model: LanguageModel, text: string): number[] {
  const ids = model.tokenizer.encode(text, { addSpecialTokens: false })
  if (ids.length > 0) return ids
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'an initial text of at least one token',
    found: 'an empty text',
    remedy: 'Pass a policy sentence, or use init vocab or random',
  })
}

function rowsOf(model: LanguageModel, length: number, ids: readonly number[]): Prefix {
  const repeated = Array.from({ length }, (_, i) => ids[i % ids.length] as number)
  return { length, embeddings: embeddingRows(model, repeated) }
}

function distinctIds(vocabulary: number, length: number, integer: (n: number) => number): number[] {
  const ids = new Set<number>()
  while (ids.size < Math.min(length, vocabulary)) ids.add(integer(vocabulary))
  return [...ids]
}

function normalLike({ data, shape, scale }: EmbeddingTable, length: number, normal: () => number): Prefix {
  let sum = 0
  let squares = 0
  for (const value of data) {
    sum += value
    squares += value * value
  }
  const mean = sum / data.length
  const deviation = Math.sqrt(squares / data.length - mean * mean)
  const embeddings = Float32Array.from(
    { length: length * (shape[1] as number) },
    () => scale * (mean + deviation * normal()),
  )
  return { length, embeddings }
}
