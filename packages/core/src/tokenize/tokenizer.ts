/** A part of a message's content. */
export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | (string & {})
  /** A text, or its parts, which stand one after the other. Null or absent in a turn of tool calls alone. */
  readonly content?: string | readonly TextPart[] | null
  /** What else a chat template may read, such as `name`, `tool_calls`, `tool_call_id` and `reasoning_content`. */
  readonly [field: string]: unknown
}

/** A prompt: text that is continued as it is, or a conversation that the chat template renders. */
export type Prompt = string | readonly ChatMessage[]

export interface Tokenizer {
  /** Number of ids, added tokens included. */
  readonly vocabSize: number
  readonly bosTokenId: number | undefined
  /** Ids that end a response, first the one that a trained response ends with. Never empty. */
  readonly eosTokenIds: readonly number[]
  /** SHA-256 (hex) of the vocabulary in the order of its ids and of the merges, whatever file they came from. */
  readonly fingerprint: string
  /** The ids of a text; special tokens are added as the tokenizer's post-processor says unless told otherwise. */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[]
  /** The text of ids; special tokens are left out unless told otherwise. */
  decode(ids: readonly number[], options?: { readonly skipSpecialTokens?: boolean }): string
  /** The chat template's text. Throws `NO_CHAT_TEMPLATE` if the tokenizer has none. */
  renderChat(messages: readonly ChatMessage[], options?: { readonly addGenerationPrompt?: boolean }): string
  /** The ids of a prompt: a text's with its special tokens, or a rendered chat's, opened for the assistant. */
  encodePrompt(prompt: Prompt): number[]
}
