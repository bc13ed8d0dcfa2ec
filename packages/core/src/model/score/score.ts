/**
 * Scoring: what a model makes of given responses. There is one loop: prompts with their responses are laid out in rows, several
 * per row if they fit; the forward pass gives logits at the response positions; and a readout decides what to keep of them:
 * log-probabilities of the responses' own tokens, of the most probable ones, or of candidates.
 */

import type { NamedTensors } from '../../backend/backend.ts'
import { PatchError, throwIfAborted } from '../../errors.ts'
import type { ModelShape } from '../decoder/forward.ts'
import type { Prefix } from '../language-model/language-model.ts'
import { sharedKey, spanOf } from '../language-model/prefix.ts'
import { type BoundModel, type ProgramCache, programFor } from '../language-model/program-cache.ts'
import type { Readout } from './readouts.ts'
import { responseFeeds, responseLogits } from './response-logits.ts'
import { type LayoutExample, packedLayout, rowLength, sharedPromptLength } from './row-layout.ts'

/** A model and its program cache. */
export interface ScoringModel extends ModelShape, BoundModel {
  readonly programs: ProgramCache
}

export interface ScoringOptions {
  /** Examples per run. Default 8. */
  readonly batchSize?: number | undefined
  /**
   * The length of the shared prompt that is run once is a multiple of this, so that sets of prompts with similar beginnings use
   * the same programs. Default 8.
   */
  readonly sharedStep?: number | undefined
  /** Called with the number of examples done. */
  readonly onProgress?: (((done: number) => void) | undefined) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Reads each response of each example, [examples][responses]; the examples share one prefix (or have none). */
export async function scoreExamples<Example extends LayoutExample, Result>(
  model: ScoringModel,
  examples: readonly Example[],
  prefix: Prefix | undefined,
  readout: Readout<Example, Result>,
  { batchSize = 8, sharedStep = 8, onProgress, signal }: ScoringOptions = {},
): Promise<Result[][]> {
  for (const [index, example] of examples.entries()) checkExample(model, example, prefix, index)
  const results: Result[][] = new Array(examples.length)
  const common = sharedPromptLength(examples.map(({ prompt }) => prompt))
  const shared = sharedStep * Math.floor(common / sharedStep)
  const lengthOf = (index: number) => rowLength(examples[index] as Example, shared)
  const order = [...examples.keys()].sort((a, b) => lengthOf(a) - lengthOf(b))
  for (let start = 0; start < order.length; start += batchSize) {
    throwIfAborted(signal, 'scoring')
    const chosen = order.slice(start, start + batchSize)
    const batch = chosen.map((index) => examples[index] as Example)
    const own = await scoreBatch(model, batch, prefix, readout, shared)
    for (const [i, index] of chosen.entries()) results[index] = own[i] as Result[]
    onProgress?.(start + chosen.length)
  }
  return results
}

async function scoreBatch<Example extends LayoutExample, Result>(
  model: ScoringModel,
  examples: readonly Example[],
  prefix: Prefix | undefined,
  readout: Readout<Example, Result>,
  shared: number,
): Promise<Result[][]> {
  const layout = packedLayout(examples, { before: spanOf(prefix), shared })
  const { shape } = layout
  const sharedIds = (examples[0] as Example).prompt.slice(0, shared)
  const feeds = {
    ...responseFeeds(model.config, layout, { prefix, sharedIds }),
    ...readout.feeds?.(examples, shape.targets),
  }
  const key = `${readout.key} ${shape.batch}x${shape.length} targets ${shape.targets} ${sharedKey(prefix, shared)}`
  const compiled = await model.programs.get(key, () =>
    programFor(
      feeds,
      model,
      (inputs, weights): NamedTensors =>
        readout.outputs(responseLogits(model, weights, inputs, shape.batch), inputs),
    ),
  )
  const outputs = await compiled.run(feeds)
  let at = 0
  return examples.map(({ responses }) =>
    responses.map((tokens) => {
      at += tokens.length
      return readout.result(outputs, at - tokens.length, at, tokens)
    }),
  )
}

function checkExample(
  { config }: ModelShape,
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
