import { Template } from '@huggingface/jinja'
import { PatchError } from '../errors.ts'
import { takesParts, templateMessages } from './chat-messages.ts'
import { strftime } from './strftime.ts'
import type { ChatMessage } from './tokenizer.ts'

/** Special tokens by the names under which templates refer to them: `bos_token`, `eos_token`. */
export type NamedTokens = Readonly<Record<string, string>>

export type RenderChat = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => string

/**
 * Compiles a chat template as transformers renders it: `trim_blocks` and `lstrip_blocks` on, `raise_exception`
 * and `strftime_now` at hand, the special tokens as variables, `tools` and `documents` none.
 * Throws `MALFORMED` where the template cannot be parsed; the function returned throws `INVALID_ARGUMENT`
 * where it cannot be rendered for the messages, as when they do not alternate.
 */
export function compileChatTemplate(source: string, tokens: NamedTokens): RenderChat {
  const template = parse(source)
  const parts = takesParts(source)
  return (messages, addGenerationPrompt) => {
    const read = templateMessages(messages, parts)
    try {
      return template.render({
        ...tokens,
        messages: read,
        tools: null,
        documents: null,
        add_generation_prompt: addGenerationPrompt,
        strftime_now_c_locale: (format: string) => strftime(new Date(), format),
      })
    } catch (cause) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: 'messages that the chat template accepts',
        found: `roles ${messages.map((message) => message.role).join(', ') || '(none)'}, and the template said: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        remedy: 'Give the roles in the order that the model was trained on',
        cause,
      })
    }
  }
}

function parse(source: string): Template {
  // The library's own strftime_now writes months in the language of the machine, and cannot be redefined.
  const renamed = source.replace(/\r\n?/g, '\n').replace(/\bstrftime_now\b/g, 'strftime_now_c_locale')
  try {
    return new Template(renamed)
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: 'a chat template in the Jinja language',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Give another template as chatTemplate',
      cause,
    })
  }
}
