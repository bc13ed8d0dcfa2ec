import type { HostTensor, NamedHostTensors, NamedTensors } from '../../backend/backend.ts'
import { PatchError, throwIfAborted } from '../../errors.ts'
import * as tf from '../../tf.ts'
import type { Prefix, Score, ScoreOptions, TopLogProbabilities } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { sharedKey, spanOf } from '../language-model/prefix.ts'
import { programFor } from '../language-model/program-cache.ts'
import { responseFeeds, responseLogits } from './response-logits.ts'
import { type LayoutExample, packedLayout, rowLength, sharedPromptLength } from './row-layout.ts'
import { labelLogps, type TokenLogits } from './token-logps.ts'

/** What is read off the logits at the response positions: a program's outputs, cut up into one result a response. */
interface Readout<Result> {
  /** Tells its programs from those of other readouts. */
  readonly key: string
  readonly outputs: (logits: TokenLogits, inputs: NamedTensors) => NamedTensors
  /** What the program is fed besides, for a batch whose layout has room for so many targets. */
  readonly feeds?: (examples: readonly CandidateExample[], targets: number) => NamedHostTensors
  /** The result of the response whose tokens are [from, to) of the targets. */
  readonly result: (outputs: NamedHostTensors, from: number, to: number, tokens: readonly number[]) => Result
}

/** An example of which, at each position of its response, certain tokens are asked for. */
export interface CandidateExample extends LayoutExample {
  /** Ids, [tokens, k]. */
  readonly candidates?: Int32Array
}

const logpsReadout: Readout<Score> = {
  key: 'logps',
  outputs: (logits, { labels }) => ({ logps: labelLogps(logits, labels as tf.Tensor) }),
  result: ({ logps }, from, to, tokens) => ({
    tokens,
    logProbabilities: (logps as HostTensor).data.slice(from, to) as Float32Array,
  }),
}

const topReadout = (k: number): Readout<TopLogProbabilities> => ({
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
})

const candidateReadout = (k: number): Readout<Float32Array> => ({
  key: `candidates ${k}`,
  feeds: (examples, targets) => {
    const data = new Int32Array(targets * k)
    let at = 0
    for (const { candidates } of examples) {
      data.set(candidates as Int32Array, at)
      at += (candidates as Int32Array).length
    }
    return { candidates: { shape: [targets, k], data } }
  },
  outputs: (logits, { candidates }) => ({
    logps: tf.sub(logits.of(candidates as tf.Tensor), tf.expandDims(logits.normalizer, -1)),
  }),
  result: ({ logps }, from, to) => (logps as HostTensor).data.slice(from * k, to * k) as Float32Array,
})

/** log π of every token of each example's one response; the examples share one prefix (or have none). */
export function scoreExamples(
  core: ModelCore,
  examples: readonly LayoutExample[],
  prefix: Prefix | undefined,
  options: ScoreOptions = {},
): Promise<Score[]> {
  return readResponses(core, examples, prefix, logpsReadout, options)
}

/** The k most probable tokens at every position of each example's one response. */
export function topExamples(
  core: ModelCore,
  examples: readonly LayoutExample[],
  prefix: Prefix | undefined,
  k: number,
  options: ScoreOptions = {},
): Promise<TopLogProbabilities[]> {
  if (!(Number.isInteger(k) && k > 0 && k <= core.config.vocabSize)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `k from 1 to the vocabulary's ${core.config.vocabSize}`,
      found: `${k}`,
      remedy: 'Choose another k',
    })
  }
  return readResponses(core, examples, prefix, topReadout(k), options)
}

/** log π of each example's candidates at every position of its one response, [tokens, k]. */
export async function candidateExamples(
  core: ModelCore,
  examples: readonly CandidateExample[],
  prefix: Prefix | undefined,
  options: ScoreOptions = {},
): Promise<Float32Array[]> {
  const perToken = examples.map(
    ({ candidates, responses }) => (candidates?.length ?? 0) / (responses[0]?.length ?? 0),
  )
  const [k = 1] = perToken
  const ids = examples.flatMap(({ candidates = [] }) => [...candidates])
  const known = (id: number) => id >= 0 && id < core.config.vocabSize
  if (!(Number.isInteger(k) && k > 0 && perToken.every((own) => own === k) && ids.every(known))) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `the same number of candidates for each token of each response, with ids from 0 to ${core.config.vocabSize - 1}`,
      found: `${[...new Set(perToken)].join(', ')} per token, ${ids.filter((id) => !known(id)).length} ids out of range`,
      remedy: 'Pass [tokens, k] ids of this tokenizer, with the same k in every request',
    })
  }
  return readResponses(core, examples, prefix, candidateReadout(k), options)
}

async function readResponses<Result>(
  core: ModelCore,
  examples: readonly CandidateExample[],
  prefix: Prefix | undefined,
  readout: Readout<Result>,
  { batchSize = 8, signal }: ScoreOptions,
): Promise<Result[]> {
  for (const [index, example] of examples.entries()) checkExample(core, example, prefix, index)
  const results: Result[] = new Array(examples.length)
  // A shared prompt is used in steps, so that sets of prompts that begin alike use the same programs.
  const shared = 8 * Math.floor(sharedPromptLength(examples.map(({ prompt }) => prompt)) / 8)
  const lengthOf = (index: number) => rowLength(examples[index] as LayoutExample, shared)
  const order = [...examples.keys()].sort((a, b) => lengthOf(a) - lengthOf(b))
  for (let start = 0; start < order.length; start += batchSize) {
    throwIfAborted(signal, 'scoring')
    const chosen = order.slice(start, start + batchSize)
    const batch = chosen.map((index) => examples[index] as CandidateExample)
    const own = await readBatch(core, batch, prefix, readout, shared)
    for (const [i, index] of chosen.entries()) results[index] = own[i] as Result
  }
  return results
}

async function readBatch<Result>(
  core: ModelCore,
  examples: readonly CandidateExample[],
  prefix: Prefix | undefined,
  readout: Readout<Result>,
  shared: number,
): Promise<Result[]> {
  const layout = packedLayout(examples, { before: spanOf(prefix), shared })
  const { shape } = layout
  const sharedIds = (examples[0] as LayoutExample).prompt.slice(0, shared)
  const feeds = {
    ...responseFeeds(core.config, layout, { prefix, sharedIds }),
    ...readout.feeds?.(examples, shape.targets),
  }
  const key = `${readout.key} ${shape.batch}x${shape.length} targets ${shape.targets} ${sharedKey(prefix, shared)}`
  const compiled = await core.programs.get(key, () =>
    programFor(feeds, core, (inputs, weights) =>
      readout.outputs(responseLogits(core, weights, inputs, shape.batch), inputs),
    ),
  )
  const outputs = await compiled.run(feeds)
  let at = 0
  return examples.map((example) => {
    const tokens = example.responses[0] as readonly number[]
    at += tokens.length
    return readout.result(outputs, at - tokens.length, at, tokens)
  })
}

function checkExample(
  { config }: ModelCore,
  example: LayoutExample,
  prefix: Prefix | undefined,
  index: number,
): void {
  const before = spanOf(prefix)
  if (example.prompt.length === 0 || example.responses.some((response) => response.length === 0)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a prompt and a response of at least one token each',
      found: `an empty one in request ${index}`,
      remedy: 'Add some text',
    })
  }
  const longest = before + example.prompt.length + Math.max(...example.responses.map((r) => r.length))
  if (longest <= config.maxPositions) return
  throw new PatchError('CONTEXT_EXCEEDED', {
    expected: `prefix, prompt and response to fit into the context of ${config.maxPositions} tokens`,
    found: `${longest} tokens in request ${index}`,
    remedy: 'Shorten the prompt or the response',
  })
}
