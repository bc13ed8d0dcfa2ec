import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import { firstTokens, type Reference } from '../../pairs/references/reference.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/** A subject to compare: a model, patched or not, or anything else that responds. */
export interface GridSubject {
  /** Its name in figures and tables, such as `base`. */
  readonly name: string
  readonly of: { readonly model: LanguageModel } | { readonly reference: Reference }
}

/** How responses are generated, greedily. */
export interface GridGeneration {
  /** Number of tokens judged per response; longer responses of references are cut. Default 64. */
  readonly maxTokens?: number | undefined
  /** Responses generated together. Default 32. */
  readonly batchSize?: number | undefined
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
}

/** The subject as one that is asked, its responses no longer than `maxTokens`. */
export function respondentOf(
  { of }: GridSubject,
  { maxTokens = 64, batchSize = 32, format = 'chat' }: GridGeneration,
  tokenizer: Tokenizer | undefined,
): Reference {
  if ('model' in of) return modelReference({ model: of.model, maxTokens, batchSize, format })
  return tokenizer ? firstTokens(of.reference, tokenizer, maxTokens) : of.reference
}
