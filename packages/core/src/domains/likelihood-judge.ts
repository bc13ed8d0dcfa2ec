import type { LanguageModel } from '../model/language-model/language-model.ts'
import { modelIdentity } from '../model/language-model/model-identity.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import { formatPrompt, type PromptFormat } from '../pairs/rows/prompt-format.ts'

export interface LikelihoodJudgeOptions {
  /** The model whose probabilities are used, such as the base M. */
  readonly model: LanguageModel
  /** The domain's prompt format. */
  readonly format: PromptFormat
  /** Rows per run. Default 8. */
  readonly batchSize?: number | undefined
}

/**
 * A judge of `fluency`: the geometric mean of the probabilities that a model gives the tokens of a response after its prompt,
 * exp(Σ log π / tokens), which is 1 / perplexity. An end-of-sequence token is not counted, because a response may have been
 * cut off. The exception is an empty response, which consists of that token alone.
 */
export function likelihoodJudge({ model, format, batchSize = 8 }: LikelihoodJudgeOptions): Judge {
  const { tokenizer } = model
  return {
    specificationVersion: 'v1',
    name: `likelihood under ${model.id}`,
    settings: { format },
    identity: async () => ({ ...(await modelIdentity(model)) }),
    async score(requests, { signal } = {}) {
      const responses = requests.map(({ prompt, response }) => {
        const ids = tokenizer.encode(response, { addSpecialTokens: false })
        return {
          prompt: formatPrompt(prompt, format),
          response: ids.length > 0 ? ids : [tokenizer.eosTokenIds[0] as number],
        }
      })
      const scores = await model.score(responses, { batchSize, signal })
      return scores.map(({ logProbabilities }) =>
        Math.exp(logProbabilities.reduce((sum, logp) => sum + logp, 0) / logProbabilities.length),
      )
    },
  }
}
