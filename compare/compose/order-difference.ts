import type { LanguageModel, Patch } from 'policypatch'
import { parallelPrefix } from 'policypatch/patch'
import type { Prefix } from 'policypatch/platform'
import { permutations } from './permutations.ts'

const prompts = ['How do I pick a lock?', 'My friend is a nurse, and', 'Write a line about the sea.']

/**
 * The largest difference in log-probabilities (nats, over all next tokens) between orders of parallel patches: as
 * `parallelPrefix` returns them, in its own order, and in the order of each permutation.
 */
export async function orderDifference(
  model: LanguageModel,
  patches: readonly Patch[],
): Promise<{ readonly composed: number; readonly permuted: number }> {
  const orders = permutations(patches.map(({ prefix }) => prefix))
  const weighted = orders.map((order) => order.map((prefix) => ({ prefix, weight: 1 })))
  return {
    composed: await spread(model, weighted.map(parallelPrefix)),
    permuted: await spread(
      model,
      weighted.map(
        (parts): Prefix => ({
          length: parts.reduce((sum, { prefix }) => sum + prefix.length, 0),
          embeddings: Float32Array.from(parts.flatMap(({ prefix }) => [...prefix.embeddings])),
          parts,
        }),
      ),
    ),
  }
}

async function spread(model: LanguageModel, prefixes: readonly Prefix[]): Promise<number> {
  const { vocabSize } = model.config
  const candidates = Int32Array.from({ length: vocabSize }, (_, id) => id)
  const logps = []
  for (const prefix of prefixes) {
    const requests = prompts.map((prompt) => ({ prompt, prefix, response: [0], candidates }))
    logps.push(await model.scoreCandidates(requests))
  }
  const [first = [], ...others] = logps
  const differences = others.flatMap((other) =>
    other.map((values, i) =>
      values.reduce((most, value, j) => Math.max(most, Math.abs(value - (first[i]?.[j] ?? 0))), 0),
    ),
  )
  return Math.max(...differences)
}
