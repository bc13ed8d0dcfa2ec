/** What one request, or one client, may ask for. */
export interface Limits {
  /** Most bytes of a body. */
  readonly bodyBytes: number
  /** Most tokens of an answer, and its default. */
  readonly maxTokens: number
  /** Most choices of a request: `n` for each of its prompts. */
  readonly choices: number
  /** Milliseconds that a request may wait for its first token. */
  readonly queueTimeout: number
  /** Requests of a client per minute; 0 for no limit. */
  readonly requestsPerMinute: number
  /** Tokens of a client per minute, prompts and answers together; 0 for no limit. */
  readonly tokensPerMinute: number
}
