import type { HostTensor } from '../../backend/backend.ts'
import { throwIfAborted } from '../../errors.ts'
import { programScope } from '../../model/decoder/families/find-architecture.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { sharedKey, spanOf } from '../../model/language-model/prefix.ts'
import { createProgramCache, programFor } from '../../model/language-model/program-cache.ts'
import { responseFeeds, responseLogits } from '../../model/score/response-logits.ts'
import { packedLayout, rowLength, sharedPromptLength } from '../../model/score/row-layout.ts'
import { labelLogps } from '../../model/score/token-logps.ts'

/** A pair whose responses' probabilities are asked for. */
export interface TokenPair {
  readonly prompt: readonly number[]
  readonly chosen: readonly number[]
  readonly rejected: readonly number[]
}

/** Σ log π(y | x) in nats. */
export interface PairScore {
  readonly chosen: number
  readonly rejected: number
}

/** Pairs per run. */
const BATCH = 16

/**
 * log π(y⁺ | x) and log π(y⁻ | x) of pairs under a prefix (or none), both responses in one row with their prompt, as
 * in a DPO step.
 */
export async function pairLogps(
  model: LanguageModel,
  pairs: readonly TokenPair[],
  prefix: Prefix | undefined,
  { onProgress, signal }: { onProgress?: (done: number) => void; signal?: AbortSignal | undefined } = {},
): Promise<PairScore[]> {
  const programs = createProgramCache(model.backend, { capacity: 4, scope: programScope(model) })
  const shared = sharedPromptLength(pairs.map(({ prompt }) => prompt))
  const rows = pairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }))
  const order = [...rows.keys()].sort((a, b) => lengthOf(a) - lengthOf(b))
  function lengthOf(index: number): number {
    return rowLength(rows[index] as (typeof rows)[number], shared)
  }
  const scores: PairScore[] = new Array(pairs.length)
  try {
    for (let start = 0; start < order.length; start += BATCH) {
      throwIfAborted(signal, 'scoring pairs')
      const chosen = order.slice(start, start + BATCH)
      const sums = await runBatch(chosen.map((index) => rows[index] as (typeof rows)[number]))
      for (const [i, index] of chosen.entries()) scores[index] = sums[i] as PairScore
      onProgress?.(Math.min(start + BATCH, order.length))
    }
  } finally {
    await programs.dispose()
  }
  return scores

  async function runBatch(batch: typeof rows): Promise<PairScore[]> {
    const layout = packedLayout(batch, { before: spanOf(prefix), shared })
    const { shape } = layout
    const sharedIds = (batch[0] as (typeof rows)[number]).prompt.slice(0, shared)
    const feeds = responseFeeds(model.config, layout, { prefix, sharedIds })
    const key = `pairs ${JSON.stringify(shape)} ${sharedKey(prefix, shared)}`
    const compiled = await programs.get(key, () =>
      programFor(feeds, model, (inputs, weights) => ({
        logps: labelLogps(responseLogits(model, weights, inputs, shape.batch), inputs.labels),
      })),
    )
    const { data } = (await compiled.run(feeds)).logps as HostTensor
    const sums = batch.map(() => ({ chosen: 0, rejected: 0 }))
    for (const [i, { example, response }] of layout.owners.entries()) {
      const own = sums[example] as { chosen: number; rejected: number }
      own[response === 0 ? 'chosen' : 'rejected'] += data[i] as number
    }
    return sums
  }
}
