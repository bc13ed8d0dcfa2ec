import type { LanguageModel, Patch } from '@policypatch/core'
import { inspectPrefix } from '@policypatch/core/patch'

/** What stands out in a prefix's own numbers. */
export interface ExaminedPrefix {
  /** Virtual tokens whose norm is above that of every token of the model. */
  readonly outside: number
  readonly tokens: number
  /** Largest norm of a virtual token over the largest of a token of the model. */
  readonly largest: number
  /** Texts of the nearest tokens where one is so near that the virtual token is that token, and how near. */
  readonly words: readonly { readonly text: string; readonly cosine: number }[]
}

/** Cosine from which a virtual token counts as a token of the model: trained ones move away from where they began. */
const isToken = 0.9

/** The norms of a patch's virtual tokens and the tokens that they are nearest to. */
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
