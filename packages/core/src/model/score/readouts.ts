import type { HostTensor, NamedHostTensors, NamedTensors } from '../../backend/backend.ts'
import { PatchError } from '../../errors.ts'
import * as tf from '../../tf.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import type { Score, TopLogProbabilities } from '../language-model/language-model.ts'
import type { LayoutExample } from './row-layout.ts'
import { labelLogps, type TokenLogits } from './token-logps.ts'

/** What to read from the logits at the response positions: a program's outputs, split into one result per response. */
export interface Readout<Example extends LayoutExample, Result> {
  /** Distinguishes its programs from other readouts'. */
  readonly key: string
  readonly outputs: (logits: TokenLogits, inputs: NamedTensors) => NamedTensors
  /** Additional feeds of the program, for a batch whose layout has room for `targets` targets. */
  readonly feeds?: (examples: readonly Example[], targets: number) => NamedHostTensors
  /** The result of a response whose tokens are targets [from, to). */
  readonly result: (outputs: NamedHostTensors, from: number, to: number, tokens: readonly number[]) => Result
}

/** log π of the responses' own tokens. */
export const ownTokens: Readout<LayoutExample, Score> = {
  key: 'logps',
  outputs: (logits, { labels }) => ({ logps: labelLogps(logits, labels as tf.Tensor) }),
  result: ({ logps }, from, to, tokens) => ({
    tokens,
    logProbabilities: (logps as HostTensor).data.slice(from, to) as Float32Array,
  }),
}

/** The k most probable tokens at every position. Throws `INVALID_ARGUMENT` for a k larger than the vocabulary. */
export function topTokens(
  { vocabSize }: ModelConfig,
  k: number,
): Readout<LayoutExample, TopLogProbabilities> {
  if (!(Number.isInteger(k) && k > 0 && k <= vocabSize)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `k from 1 to the vocabulary's ${vocabSize}`,
      found: `${k}`,
      remedy: 'Choose another k',
    })
  }
  return {
    key: `top ${k}`,
    outputs: (logits) => {
      const { values, indices } = tf.topk(logits.all(), k)
      return { ids: indices, logps: tf.sub(values, tf.expandDims(logits.normalizer, -1)) }
    },
    result: ({ ids, logps }, from, to) => ({
      k,
      ids: (ids as HostTensor).data.slice(from * k, to * k) as Int32Array,
      logProbabilities: (logps as HostTensor).data.slice(from * k, to * k) as Float32Array,
    }),
  }
}

/** An example with candidate tokens to score at each position of its only response. */
export interface CandidateExample extends LayoutExample {
  /** Ids, [tokens, k]. */
  readonly candidates?: Int32Array
}

/**
 * log π of each example's candidates at every position of its only response, [tokens, k]. Throws `INVALID_ARGUMENT` unless there
 * are k per token, all in the vocabulary.
 */
export function candidateTokens(
  { vocabSize }: ModelConfig,
  examples: readonly CandidateExample[],
): Readout<CandidateExample, Float32Array> {
  const perToken = examples.map(
    ({ candidates, responses }) => (candidates?.length ?? 0) / (responses[0]?.length ?? 0),
  )
  const [k = 1] = perToken
  const ids = examples.flatMap(({ candidates = [] }) => [...candidates])
  const known = (id: number) => id >= 0 && id < vocabSize
  if (!(Number.isInteger(k) && k > 0 && perToken.every((own) => own === k) && ids.every(known))) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `the same number of candidates for each token of each response, with ids from 0 to ${vocabSize - 1}`,
      found: `${[...new Set(perToken)].join(', ')} per token, ${ids.filter((id) => !known(id)).length} ids out of range`,
      remedy: 'Pass [tokens, k] ids of this tokenizer, with the same k in every request',
    })
  }
  return {
    key: `candidates ${k}`,
    feeds: (batch, targets) => {
      const data = new Int32Array(targets * k)
      let at = 0
      for (const { candidates } of batch) {
        data.set(candidates as Int32Array, at)
        at += (candidates as Int32Array).length
      }
      return { candidates: { shape: [targets, k], data } }
    },
    outputs: (logits, { candidates }) => ({
      logps: tf.sub(logits.of(candidates as tf.Tensor), tf.expandDims(logits.normalizer, -1)),
    }),
    result: ({ logps }, from, to) => (logps as HostTensor).data.slice(from * k, to * k) as Float32Array,
  }
}
