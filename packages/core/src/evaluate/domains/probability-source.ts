import type { CandidateRequest, ScoreRequest } from '../../model/language-model/language-model.ts'
import type { PromptFormat } from '../../pairs/prompt-format.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/** A source of probabilities: a model, patched or not, or one with a system prompt. */
export interface ProbabilitySource {
  readonly tokenizer: Tokenizer
  /** The domain's prompt format. */
  readonly format: PromptFormat
  /** Σ log π of given responses, in nats. */
  score(requests: readonly ScoreRequest[]): Promise<readonly number[]>
  /** log π of named tokens at each position of given responses, [tokens, k]. */
  candidateLogps(requests: readonly CandidateRequest[]): Promise<readonly Float32Array[]>
}
