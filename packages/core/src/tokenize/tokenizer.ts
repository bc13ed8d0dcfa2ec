/** A part of a message's content. */
export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** One turn of a conversation, in the form that chat templates take. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | (string & {})
  /** A text, or its parts, to be concatenated. Null or absent in a turn with only tool calls. */
  readonly content?: string | readonly TextPart[] | null
  /** Other fields that a chat template may read, such as `name`, `tool_calls`, `tool_call_id` and `reasoning_content`. */
  readonly [field: string]: unknown
}

/** A prompt: text to continue as it is, or a conversation that the chat template renders. */
export type Prompt = string | readonly ChatMessage[]

export interface Tokenizer {
  /** Number of ids, including added tokens. */
  readonly vocabSize: number
  readonly bosTokenId: number | undefined
  /** Ids that end a response, starting with the one that trained responses end with. Never empty. */
  readonly eosTokenIds: readonly number[]
  /** SHA-256 (hex) of the vocabulary in id order and the merges, whatever file they came from. */
  readonly fingerprint: string
  /** Encodes a text. By default, special tokens are added as the tokenizer's post-processor says. */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[]
  /** Decodes ids. By default, special tokens are left out. */
  decode(ids: readonly number[], options?: { readonly skipSpecialTokens?: boolean }): string
  /** Renders the chat template. Throws `NO_CHAT_TEMPLATE` if the tokenizer has none. */
  renderChat(messages: readonly ChatMessage[], options?: { readonly addGenerationPrompt?: boolean }): string
  /** Encodes a prompt: a text with its special tokens, or a rendered chat with the assistant's turn opened. */
  encodePrompt(prompt: Prompt): number[]
}
