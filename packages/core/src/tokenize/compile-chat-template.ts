import { PatchError } from '../errors.ts'
import { printableLine, shortened } from '../text/printable.ts'
import { takesParts, templateMessages } from './chat-messages.ts'
import { compileTemplate, type RenderTemplate } from './chat-template/compile/compile-template.ts'
import { TemplateError } from './chat-template/template-error.ts'
import { foldSystemMessages, lacksSystemRole, type RenderMessages } from './system-role.ts'
import type { ChatMessage } from './tokenizer.ts'

/** Special tokens by their names in templates: `bos_token`, `eos_token`. */
export type NamedTokens = Readonly<Record<string, string>>

export type RenderChat = (messages: readonly ChatMessage[], addGenerationPrompt: boolean) => string

export interface ChatTemplateOptions {
  /** Called once if a conversation has system messages but the template has no system role. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/**
 * Compiles a chat template to render as in transformers: by Jinja2's rules, with the special tokens as variables, and `tools` and
 * `documents` null. If the template has no system role, system messages are put before the user's turn that follows.
 *
 * @throws PatchError `MALFORMED` for an invalid template, `UNSUPPORTED`, naming the feature, if it needs a missing one, or if it
 *   exceeds a limit. The returned function throws the same, and `INVALID_ARGUMENT` if the template does not accept the messages.
 */
export function compileChatTemplate(
  source: string,
  tokens: NamedTokens,
  { onNotice }: ChatTemplateOptions = {},
): RenderChat {
  const render = compile(source)
  const parts = takesParts(source)
  const renderMessages: RenderMessages = (messages, addGenerationPrompt) =>
    render({
      ...tokens,
      messages: messages.map(withReasoning),
      tools: null,
      documents: null,
      add_generation_prompt: addGenerationPrompt,
    })
  let folds: boolean | undefined
  return (given, addGenerationPrompt) => {
    const messages = templateMessages(given, parts)
    try {
      if (!messages.some(({ role }) => role === 'system'))
        return renderMessages(messages, addGenerationPrompt)
      folds ??= foldsSystem()
      return renderMessages(folds ? foldSystemMessages(messages) : messages, addGenerationPrompt)
    } catch (error) {
      throw error instanceof TemplateError ? refusal(error, messages) : error
    }
  }

  function foldsSystem(): boolean {
    const lacks = lacksSystemRole(renderMessages)
    if (lacks)
      onNotice?.('The chat template has no system role: system messages are put before the next user turn')
    return lacks
  }
}

function compile(source: string): RenderTemplate {
  try {
    return compileTemplate(source)
  } catch (error) {
    throw error instanceof TemplateError ? refusal(error, []) : error
  }
}

/** Reasoning has several names, and a template reads only one. Source: transformers 5, chat_template_utils.py. */
function withReasoning(message: ChatMessage): ChatMessage {
  const reasoning = message.reasoning_content ?? message.thinking ?? message.reasoning
  return reasoning == null ? message : { thinking: reasoning, ...message, reasoning_content: reasoning }
}

function refusal(cause: TemplateError, messages: readonly ChatMessage[]): PatchError {
  const said = printableLine(shortened(cause.message, 300))
  const roles = messages.map(({ role }) => printableLine(shortened(role, 20))).join(', ') || '(none)'
  switch (cause.fault) {
    case 'syntax':
      return new PatchError('MALFORMED', {
        expected: 'a chat template in the Jinja language',
        found: said,
        remedy: 'Pass another template as chatTemplate',
        cause,
      })
    case 'unsupported':
      return new PatchError('UNSUPPORTED', {
        expected: 'a chat template that uses only supported features',
        found: said,
        remedy: 'Pass a template without it as chatTemplate',
        cause,
      })
    case 'limit':
      return new PatchError('UNSUPPORTED', {
        expected: `a chat template that needs at most ${said}`,
        found: 'one that needs more',
        remedy: 'Pass another template as chatTemplate, or a shorter conversation',
        cause,
      })
    case 'raised':
      return new PatchError('INVALID_ARGUMENT', {
        expected: 'messages that the chat template accepts',
        found: `roles ${roles}, which the template rejected: ${said}`,
        remedy: 'Use the order of roles that the model was trained on',
        cause,
      })
    case 'failed':
      return new PatchError('INVALID_ARGUMENT', {
        expected: 'messages that the chat template can render',
        found: `roles ${roles}, which also fail in Jinja2: ${said}`,
        remedy:
          'Add the fields that the template reads to the messages, or pass another template as chatTemplate',
        cause,
      })
  }
}
