/**
 * Tokenizers: convert text and conversations to ids, and ids to text, exactly as transformers does. tokenizer.json is built
 * component by component (build-exact-tokenizer, exact/, patterns/), a GGUF's vocabulary is converted to one (gguf-tokenizer),
 * and the model's chat template renders conversations (compile-chat-template, chat-template/).
 */

import { PatchError } from '../errors.ts'
import { buildExactTokenizer } from './build-exact-tokenizer.ts'
import type { ChatTemplateOptions, NamedTokens, RenderChat } from './compile-chat-template.ts'
import { readAddedTokens } from './exact/added-tokens.ts'
import { cleanUpSpaces } from './exact/decoders.ts'
import { findChatTemplate } from './find-chat-template.ts'
import { eosTokenIds, namedTokens } from './special-tokens.ts'
import type { Tokenizer } from './tokenizer.ts'
import { fingerprintTokenizer } from './tokenizer-fingerprint.ts'

/** The parsed JSON files of a Hugging Face tokenizer. */
export interface TokenizerFiles {
  /** tokenizer.json */
  readonly tokenizerJson: unknown
  /** tokenizer_config.json; `{}` if there is none. */
  readonly tokenizerConfig: unknown
  /** generation_config.json */
  readonly generationConfig?: unknown
  /** config.json: has the ids that end a response if there is no generation_config.json. */
  readonly modelConfig?: unknown
  /** special_tokens_map.json; tokenizer_config.json takes precedence. */
  readonly specialTokensMap?: unknown
  /** The text of chat_template.jinja; takes precedence over tokenizer_config.json's. */
  readonly chatTemplate?: string
}

type Json = Record<string, unknown>

/**
 * A tokenizer whose ids, text and rendered chats are those of transformers 5 for the same files, and of the tokenizers library
 * for tokenizer.json. Only its post-processor decides which special tokens are added, whatever the configuration's
 * `add_bos_token` and `add_eos_token` say (transformers 4 respects them for Llama's classes). Its `truncation` and `padding` are
 * ignored.
 *
 * Throws `MALFORMED` if a file is invalid, or if nothing says which id ends a response, and `UNSUPPORTED`, naming the component,
 * for a kind of tokenizer that is not implemented.
 */
export async function createTokenizer(
  files: TokenizerFiles,
  options: ChatTemplateOptions = {},
): Promise<Tokenizer> {
  const tokenizerJson = record(files.tokenizerJson, 'tokenizer.json')
  const config = {
    ...record(files.specialTokensMap ?? {}, 'special_tokens_map.json'),
    ...record(files.tokenizerConfig, 'tokenizer_config.json'),
  }
  const optional = (value: unknown, name: string) => (value === undefined ? undefined : record(value, name))
  const generationConfig = optional(files.generationConfig, 'generation_config.json')
  const modelConfig = optional(files.modelConfig, 'config.json')
  const model = record(tokenizerJson.model, '`model` of tokenizer.json')
  const tokenizer = await buildExactTokenizer(tokenizerJson, readAddedTokens(tokenizerJson, config))
  const { vocabulary, idOf } = tokenizer
  // transformers does so only for models other than BPE, whatever the configuration says.
  const cleansUp = tokenizer.model !== 'BPE' && config.clean_up_tokenization_spaces === true

  const named = namedTokens(config)
  const template = files.chatTemplate ?? findChatTemplate(config.chat_template)
  const render = template === undefined ? undefined : await compile(template, named, options)
  const eos = eosTokenIds({ generationConfig, modelConfig, named, template, idOf })
  if (eos.length === 0)
    throw new PatchError('MALFORMED', {
      expected:
        'eos_token in tokenizer_config.json, or eos_token_id in generation_config.json or config.json',
      found:
        named.eos_token === undefined ? 'none of them' : `${named.eos_token}, which is not in the vocabulary`,
      remedy: 'Set the token that ends a response in one of these',
    })

  const encode: Tokenizer['encode'] = (text, { addSpecialTokens = true } = {}) =>
    tokenizer.encode(text, addSpecialTokens)
  const renderChat: Tokenizer['renderChat'] = (messages, { addGenerationPrompt = false } = {}) => {
    if (render) return render(messages, addGenerationPrompt)
    throw new PatchError('NO_CHAT_TEMPLATE', {
      expected: 'a tokenizer with a chat template, to render messages',
      found: 'none in tokenizer_config.json, chat_template.jinja or the GGUF',
      remedy: 'Pass chatTemplate, or pass prompts as text',
    })
  }
  return {
    vocabSize: vocabulary.length,
    bosTokenId: named.bos_token === undefined ? undefined : idOf(named.bos_token),
    eosTokenIds: eos,
    fingerprint: await fingerprintTokenizer({
      vocabulary,
      merges: (model.merges as string[] | undefined) ?? [],
      impliedMerges: model.byte_fallback === true,
    }),
    encode,
    decode(ids, { skipSpecialTokens = true } = {}) {
      const text = tokenizer.decode(ids, skipSpecialTokens)
      return cleansUp ? cleanUpSpaces(text) : text
    },
    renderChat,
    encodePrompt: (prompt) =>
      typeof prompt === 'string'
        ? encode(prompt)
        : encode(renderChat(prompt, { addGenerationPrompt: true }), { addSpecialTokens: false }),
  }
}

/** Models without a template, which only continue text, do not load Jinja. */
async function compile(
  template: string,
  tokens: NamedTokens,
  options: ChatTemplateOptions,
): Promise<RenderChat> {
  const { compileChatTemplate } = await import('./compile-chat-template.ts')
  return compileChatTemplate(template, tokens, options)
}

function record(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  throw new PatchError('MALFORMED', {
    expected: `${name} to be a JSON object`,
    found: value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value,
    remedy: "Download the model's file again",
  })
}
