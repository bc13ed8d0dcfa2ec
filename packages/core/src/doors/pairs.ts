/**
 * Prompts and preference pairs: everyday prompts, near misses, contexts, references, filters.
 *
 * @module @policypatch/core/pairs
 */

export { type ChatContextsOptions, chatContexts } from '../pairs/contexts/chat-contexts.ts'
export { evaluationContexts } from '../pairs/contexts/evaluation-contexts.ts'
export {
  fittingContexts,
  inContext,
  type PlaceInContextsOptions,
  placeInContexts,
} from '../pairs/contexts/place-in-contexts.ts'
export { type PromptContext, type PromptRewrite, readContexts } from '../pairs/contexts/prompt-context.ts'
export { trainingContexts } from '../pairs/contexts/training-contexts.ts'
export type { EndpointOptions } from '../pairs/endpoint/open-endpoint.ts'
export {
  type FilterCounts,
  type FilteredPairs,
  type FilterOptions,
  type FilterSummary,
  formatFilterSummary,
} from '../pairs/filter-pairs.ts'
export type { GeneratePairsOptions } from '../pairs/generate-pairs.ts'
export { type EverydayPromptsOptions, everydayPrompts } from '../pairs/generate-prompts/everyday-prompts.ts'
export { type NearMissesOptions, nearMisses } from '../pairs/generate-prompts/near-misses.ts'
export { type OpeningsOptions, openingsOf } from '../pairs/generate-prompts/openings-of.ts'
export {
  type SelectivePromptsOptions,
  selectivePrompts,
} from '../pairs/generate-prompts/selective-prompts.ts'
export { formatPairsSummary, type PairsSummary } from '../pairs/pairs-summary.ts'
export { formatReferenceShare, type ReferenceExample, type ReferenceShare } from '../pairs/reference-share.ts'
export type { EndpointReferenceOptions } from '../pairs/references/endpoint-reference.ts'
export type { ModelReferenceOptions } from '../pairs/references/model-reference.ts'
export {
  type RecordedResponse,
  recordedResponseSchema,
} from '../pairs/references/recorded-reference.ts'
export { firstTokens, type SourceResponse } from '../pairs/references/reference.ts'
export {
  type SystemPromptReferenceOptions,
  safetySystemPrompt,
} from '../pairs/references/system-prompt-reference.ts'
export type { StageProgress } from '../pairs/responses/collect-responses.ts'
export { scorePairs } from '../pairs/responses/score-responses.ts'
export type { Ending, EndingCounts } from '../pairs/rows/endings.ts'
export type { PromptFormat } from '../pairs/rows/prompt-format.ts'
export { isTarget, type KindNames, type PromptKind, promptKinds } from '../pairs/rows/prompt-kind.ts'
export type { ReadRowsOptions } from '../pairs/rows/read-rows.ts'
export type { Attack } from '../pairs/rows/wrap-prompt.ts'
