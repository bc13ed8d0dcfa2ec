import type { LanguageModel, Patch } from '@policypatch/core'
import { inspectPrefix } from '@policypatch/core/patch'

/** What stands out in the numbers of a prefix. */
export interface ExaminedPrefix {
  /** Number of virtual tokens whose norm exceeds that of every token of the model. */
  readonly outside: number
  readonly tokens: number
  /** Largest norm of a virtual token, divided by the largest norm of a token of the model. */
  readonly largest: number
  /** Texts of the nearest tokens that are so close that the virtual token practically is that token, with the cosine. */
  readonly words: readonly { readonly text: string; readonly cosine: number }[]
}

/** Minimum cosine at which a virtual token counts as a token of the model. Trained ones move away from where they started. */
const isToken = 0.9

/** The norms of a patch's virtual tokens, and the tokens nearest to them. */
export async function examinePrefix(model: LanguageModel, patch: Patch): Promise<ExaminedPrefix> {
  const { tokens, embeddingNorms } = await inspectPrefix(model, patch, { nearest: 1 })
  const norms = tokens.map(({ norm }) => norm)
  return {
    outside: norms.filter((norm) => norm > embeddingNorms.largest).length,
    tokens: tokens.length,
    largest: Math.max(...norms) / embeddingNorms.largest,
    words: tokens.flatMap(({ nearest: [first] }) =>
      first && first.cosine >= isToken ? [{ text: first.text, cosine: first.cosine }] : [],
    ),
  }
}
