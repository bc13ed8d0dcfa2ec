/** What one request, or one client, may ask for. */
export interface Limits {
  /** Bytes of a body. */
  readonly bodyBytes: number
  /** Tokens of an answer, and what it has unless the request says so. */
  readonly maxTokens: number
  /** Choices of a request: `n` for each of its prompts. */
  readonly choices: number
  /** Milliseconds that a request may wait for its first token. */
  readonly queueTimeout: number
  /** Requests of a client in a minute; 0 is any number. */
  readonly requestsPerMinute: number
  /** Tokens of a client in a minute, prompts and answers together; 0 is any number. */
  readonly tokensPerMinute: number
}
