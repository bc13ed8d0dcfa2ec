import type { LanguageModel, Prefix } from '../src/model/language-model/language-model.ts'

/** Logits minus their mean, which a softmax ignores. Log-probabilities differ from logits only by a constant. */
export function centred(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/** Centred logits after each prompt. */
export async function logitsAfter(
  model: LanguageModel,
  prompts: readonly number[][],
  prefix: Prefix | null,
): Promise<number[][]> {
  const { vocabSize } = model.config
  const requests = prompts.map((prompt) => ({ prompt: prompt.join(' '), response: [0], prefix }))
  const found = await model.scoreTop(requests, vocabSize)
  return found.map(({ ids, logProbabilities }) => {
    const values = new Float32Array(vocabSize)
    for (const [i, id] of ids.entries()) values[id] = logProbabilities[i] as number
    return centred(values)
  })
}
