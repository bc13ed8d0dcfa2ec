import { PatchError } from '../../errors.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { MASKED } from '../decoder/layers/attention.ts'
import type { SharedPlaces } from '../decoder/places.ts'

/** A prefix as a model applies it: m virtual tokens of width d, row-major. */
export interface Prefix {
  /** m: number of virtual tokens. */
  readonly length: number
  /** [m, d] float32. */
  readonly embeddings: Float32Array
  /**
   * Parts applied in parallel: all start at position 0 and do not attend to each other; `embeddings` is their concatenation.
   * Tokens attend to all of them and start after the longest. Absent: all virtual tokens are one part.
   */
  readonly parts?: readonly PrefixPart[]
  /**
   * The prefix is used only if its gate fires; other prompts get exactly the base model's answer. Absent: always used. A
   * prefix with parts has no gate itself, but its parts may.
   */
  readonly gate?: Gate
  /**
   * Layers with a window see it from every position, as attention sinks (Xiao et al. 2023). Absent: it moves out of the window,
   * as in transformers with PEFT. A prefix with parts does not set this itself, but its parts may.
   */
  readonly alwaysVisible?: boolean
}

/** One of several prefixes that are applied in parallel. */
export interface PrefixPart {
  /** Without parts of its own. */
  readonly prefix: Prefix
  /** w > 0: tokens add log w to their attention logits on this part. 1 changes nothing. */
  readonly weight: number
}

/** How a gate reads the base model: with which question, after how many layers, and over how many tokens at the prompt's end. */
export interface ReadingPlace {
  /** Number of layers to run before reading the residual stream, for one or more readings: each from 1 to the model's. */
  readonly layers: readonly number[]
  /**
   * Number of tokens at the prompt's end to average, in addition to reading the last one; at least 1. With a question, limited to
   * the request's own tokens.
   */
  readonly window: number
  /**
   * System prompt for reading the user's last message alone, because hidden states depend on the task. Absent: prompts are read
   * as they are.
   */
  readonly question?: string
}

/**
 * Decides from the base model's hidden states of a prompt whether a prefix is used. With h = [last token's hidden state; mean of
 * the last `window` ones] for each of the n layers, all d wide and standardized by `mean` and `scale`, it fires if Σⱼ output_j ·
 * leaky(hidden_j · h + hiddenBias_j) + bias ≥ 0, with leaky(s) = max(s, s / 10).
 */
export interface Gate extends ReadingPlace {
  /** Subtracted from a reading, [2dn]. */
  readonly mean: Float32Array
  /** Then multiplied, [2dn]; the result is clipped to [−8, 8] so that no outlier decides alone. */
  readonly scale: Float32Array
  /** [k, 2dn], row by row. */
  readonly hidden: Float32Array
  /** [k] */
  readonly hiddenBias: Float32Array
  /** [k] */
  readonly output: Float32Array
  /** Includes the threshold. */
  readonly bias: number
}

/** The parts of a prefix, or the prefix itself as the only part. */
export const partsOf = (prefix: Prefix): readonly PrefixPart[] => prefix.parts ?? [{ prefix, weight: 1 }]

/** Positions that a prefix takes before the tokens: the length of its longest part, because all parts start at 0. */
export function spanOf(prefix: Prefix | undefined): number {
  return prefix ? Math.max(...partsOf(prefix).map((part) => part.prefix.length)) : 0
}

/** The prefix with its virtual tokens, [length, d], replaced; its parts keep their structure. */
export function withEmbeddings({ parts, ...rest }: Prefix, embeddings: Float32Array): Prefix {
  if (!parts) return { ...rest, embeddings }
  const width = embeddings.length / rest.length
  let start = 0
  const own = parts.map(({ prefix, weight }) => {
    const end = start + prefix.length * width
    const part = { ...prefix, embeddings: embeddings.subarray(start, end) }
    start = end
    return { prefix: part, weight }
  })
  return { ...rest, embeddings, parts: own }
}

/** Distinguishes programs whose rows follow different prefixes and shared prompts. */
export const sharedKey = (prefix: Prefix | undefined, sharedTokens: number): string =>
  `before ${prefix?.length ?? 0}${prefix?.parts ? ' in parts' : ''}+${sharedTokens}`

/** log w of each virtual token's part, [m]: tokens add it to their attention logits. */
export function logWeights(prefix: Prefix): Float32Array {
  return Float32Array.from(
    partsOf(prefix).flatMap(({ prefix: { length }, weight }) =>
      new Array<number>(length).fill(Math.log(weight)),
    ),
  )
}

/** A position that is inside every window that ends before it. */
const inEveryWindow = 2 ** 30

/** The positions of a prefix's virtual tokens for the purpose of windows, part by part. */
export function sightOf(prefix: Prefix): number[] {
  return partsOf(prefix).flatMap(({ prefix: { length, alwaysVisible } }) =>
    Array.from({ length }, (_, i) => (alwaysVisible ? inEveryWindow : i)),
  )
}

/** The positions of a prefix and the shared prompt after it, before every row; S is their number. */
export function sharedPlaces(prefix: Prefix | undefined, sharedTokens: number): SharedPlaces {
  const own = prefix ? partsOf(prefix).flatMap((part) => [...Array(part.prefix.length).keys()]) : []
  const span = spanOf(prefix)
  const positions = Int32Array.from([...own, ...Array.from({ length: sharedTokens }, (_, i) => span + i)])
  const sight = prefix && [...sightOf(prefix), ...positions.subarray(prefix.length)]
  if (!prefix?.parts) return { positions, sight }
  const size = positions.length
  const seen = new Float32Array(size)
  seen.set(logWeights(prefix))
  return {
    ...{ positions, sight },
    mask: { shape: [1, size, size], data: partsMask(prefix, sharedTokens) },
    logWeights: { shape: [1, 1, size], data: seen },
  }
}

/**
 * Mask among the virtual tokens of parts and the shared prompt after them, [S, S]: a part sees itself, causally; the prompt sees
 * all parts, with their weights, and itself.
 */
function partsMask(prefix: Prefix, sharedTokens: number): Float32Array {
  const size = prefix.length + sharedTokens
  const mask = new Float32Array(size * size).fill(MASKED)
  let start = 0
  for (const { prefix: part } of partsOf(prefix)) {
    for (let i = start; i < start + part.length; i++) mask.fill(0, i * size + start, i * size + i + 1)
    start += part.length
  }
  const weights = logWeights(prefix)
  for (let i = prefix.length; i < size; i++) {
    mask.set(weights, i * size)
    mask.fill(0, i * size + prefix.length, i * size + i + 1)
  }
  return mask
}

/** Throws `SHAPE_MISMATCH` for a prefix that is not [length, d], or does not equal its parts. */
export function checkPrefixShape({ hiddenSize }: Pick<ModelConfig, 'hiddenSize'>, prefix: Prefix): void {
  const { length, embeddings, parts, gate } = prefix
  const whole = length > 0 && embeddings.length === length * hiddenSize
  const plain =
    parts?.every(({ prefix: part, weight }) => !part.parts && weight > 0 && Number.isFinite(weight)) ?? true
  const made = !parts || (!gate && isMadeUpOf(embeddings, parts))
  if (whole && plain && made) return
  const described = parts?.map(({ prefix: part, weight }) => `${part.length} (weight ${weight})`).join(', ')
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `a prefix of shape [${length}, ${hiddenSize}]; any parts must be plain prefixes with a weight above 0 that add up to it, and only parts may have gates`,
    found: `${embeddings.length} values${parts ? `, parts of ${described}` : ''}${parts && gate ? ', a gate for all' : ''}`,
    remedy: 'Use a prefix that was trained for this model, or combine parts with parallelPrefix',
  })
}

/** Whether the virtual tokens are the concatenation of the parts'. */
function isMadeUpOf(embeddings: Float32Array, parts: readonly PrefixPart[]): boolean {
  let start = 0
  for (const { prefix: part } of parts) {
    for (const [i, value] of part.embeddings.entries()) {
      if (!Object.is(embeddings[start + i], value)) return false
    }
    start += part.embeddings.length
  }
  return start === embeddings.length
}

/** Concatenates the virtual tokens of prefixes. */
export function joinEmbeddings(prefixes: readonly Prefix[]): Pick<Prefix, 'length' | 'embeddings'> {
  const embeddings = new Float32Array(prefixes.reduce((sum, prefix) => sum + prefix.embeddings.length, 0))
  let at = 0
  for (const { embeddings: own } of prefixes) {
    embeddings.set(own, at)
    at += own.length
  }
  return { length: prefixes.reduce((sum, { length }) => sum + length, 0), embeddings }
}
