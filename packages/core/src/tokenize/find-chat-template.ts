import { PatchError } from '../errors.ts'
import { printableLine, shortened } from '../text/printable.ts'

/**
 * The text of the template to use, from the field `chat_template` of tokenizer_config.json or its GGUF counterpart: a template, a
 * list of `{ name, template }`, or a record by name, of which the one named `default` is used.
 */
export function findChatTemplate(chatTemplate: unknown): string | undefined {
  if (chatTemplate === undefined || chatTemplate === null) return undefined
  if (typeof chatTemplate === 'string') return chatTemplate
  const named: Record<string, unknown> = Array.isArray(chatTemplate)
    ? Object.fromEntries(chatTemplate.map((entry) => [entry?.name, entry?.template]))
    : typeof chatTemplate === 'object'
      ? (chatTemplate as Record<string, unknown>)
      : {}
  const template = named.default
  if (typeof template === 'string') return template
  throw new PatchError('MALFORMED', {
    expected: 'chat_template to be a template or to name one `default`',
    found: Object.keys(named).length
      ? printableLine(shortened(`templates named ${Object.keys(named).join(', ')}`, 200))
      : typeof chatTemplate,
    remedy: 'Pass the text of the template to use as chatTemplate',
  })
}
