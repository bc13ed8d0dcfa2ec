import type {
  GenerateOptions,
  GenerateRequest,
  Generation,
  LanguageModel,
} from '../src/model/language-model/language-model.ts'

/** Prompts of the small llama, as ids. */
export const prompts = [
  [5, 17, 3],
  [80, 25, 25, 90, 3, 52, 11, 61, 7],
  [41],
  [9, 71, 8, 33, 60, 4, 17, 66, 12, 30, 9, 71, 8, 33, 60, 4, 17, 66],
  [44, 12],
  [19, 54, 86, 30, 6],
  [70, 13],
]
export const textOf = (ids: readonly number[]) => ids.join(' ')

/** All responses, in the order of the requests. */
export async function generateAll(
  requests: readonly (GenerateRequest | string)[],
  options: GenerateOptions,
  model: LanguageModel,
): Promise<Generation[]> {
  const results: Generation[] = []
  for await (const generation of model.generateBatch(requests, options)) results.push(generation)
  return results.sort((a, b) => a.index - b.index)
}
