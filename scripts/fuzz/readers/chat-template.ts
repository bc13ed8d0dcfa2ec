import type { ChatMessage } from '@policypatch/core'
import fc from 'fast-check'
import { compileChatTemplate } from '../../../packages/core/src/tokenize/compile-chat-template.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { jinjaTemplates } from '../jinja-templates.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'

const real = `{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}
{%- else %}{%- set loop_messages = messages %}{%- endif %}
{{- bos_token }}{%- for message in loop_messages %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{- raise_exception('Roles must alternate') }}{%- endif %}
{%- if message.content is string %}{{ '<|im_start|>' + message['role'] + '\\n' + message.content|trim + '<|im_end|>' }}
{%- else %}{%- for part in message.content %}{{ part.text }}{%- endfor %}{%- endif %}
{%- if message.tool_calls %}{%- for call in message.tool_calls %}{{ call.function.arguments|tojson }}{%- endfor %}{%- endif %}
{%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%- endif %}`

const messages = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
  {
    role: 'assistant',
    content: 'a\n<think>b</think>',
    tool_calls: [{ type: 'function', function: { name: 'f', arguments: { a: [1, 2.5, null] } } }],
  },
  { role: 'user', content: 'x'.repeat(50), name: 'n' },
]

const [template, talk] = ['chat_template.jinja', 'messages.json']
const plain = utf8(JSON.stringify(messages.slice(1, 2)))

const files: fc.Arbitrary<Files> = fc.oneof(
  {
    weight: 6,
    arbitrary: jinjaTemplates.map((text) => ({
      [template]: utf8(text),
      [talk]: utf8(JSON.stringify(messages)),
    })),
  },
  {
    weight: 2,
    arbitrary: changedJson(fc.constant(treeOf(messages))).map((text) => ({
      [template]: utf8(real),
      [talk]: utf8(text),
    })),
  },
  {
    weight: 2,
    arbitrary: damaged(
      fc.oneof(fc.constant(real), jinjaTemplates).map((text) => ({ [template]: utf8(text) })),
      [utf8(real)],
    ).map((held) => ({ ...held, [talk]: plain })),
  },
)

/** Messages come from the caller. Invalid JSON counts as no messages. */
function messagesIn(bytes: Uint8Array | undefined): ChatMessage[] {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return []
  }
}

export const chatTemplateReader: FuzzedReader = {
  name: 'chat-template',
  files,
  async read({ [template]: text, [talk]: held }) {
    const render = compileChatTemplate(new TextDecoder().decode(text), {
      bos_token: '<s>',
      eos_token: '</s>',
    })
    render(messagesIn(held), true)
  },
}
