/**
 * Scores how offensive a text is, whoever said it and whatever was asked. A role of its own beside
 * {@link import('./judge.ts').Judge}, which scores a response to a prompt by what the policy wants.
 */
export interface TextScorer {
  readonly specificationVersion: 'v1'
  /** Identifies the scorer in reports. */
  readonly name: string
  /** What its scores depend on besides: kept with what was measured. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** For each text, in their order, the probability in [0, 1] that it is offensive. */
  score(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly number[]>
}
