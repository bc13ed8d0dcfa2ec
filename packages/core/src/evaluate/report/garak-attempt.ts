import type { Random } from '../../random.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { exampleProbe, verdictDetector } from './garak-evals.ts'
import type { ReportExample } from './report-data.ts'

/** One subject's response to an example as garak's entry of type `attempt`, complete and evaluated. */
export function garakAttempt(
  { domain, kind, prompt, responses }: ReportExample,
  { subject, seq, random }: { readonly subject: string; readonly seq: number; readonly random: Random },
) {
  const response = responses.find((one) => one.subject === subject)
  if (!response) return undefined
  const asked = turnsOf(prompt)
  const output = message(response.text)
  return {
    entry_type: 'attempt',
    uuid: uuid(random),
    seq,
    status: 2,
    probe_classname: exampleProbe(domain, kind),
    probe_params: {},
    targets: [],
    prompt: { turns: asked, notes: {} },
    outputs: [output],
    // garak's detectors score 1 for a failure.
    detector_results: response.good === undefined ? {} : { [verdictDetector]: [response.good ? 0 : 1] },
    notes: response.scores ? { scores: response.scores } : {},
    goal: `${domain}: ${kind}`,
    conversations: [{ turns: [...asked, { role: 'assistant', content: output }], notes: {} }],
    reverse_translation_outputs: [],
    intent: null,
  }
}

function turnsOf(prompt: string | readonly ChatMessage[]) {
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  return messages.map((turn) => ({ role: turn.role, content: message(contentText(turn)) }))
}

const message = (text: string) => ({
  text,
  lang: '*',
  data_path: null,
  data_type: null,
  data_checksum: null,
  notes: {},
})

/** A version 4 UUID, reproducible from the generator's state. */
export function uuid(random: Random): string {
  const bytes = Array.from({ length: 16 }, () => random.integer(256))
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
