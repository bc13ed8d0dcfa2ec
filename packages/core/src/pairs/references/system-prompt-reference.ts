import type { ScoreRequest } from '../../model/language-model/language-model.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { toMessages } from '../rows/prompt-format.ts'
import { type ModelReferenceOptions, modelReference, type ScoringReference } from './model-reference.ts'

/** Asks for refusals of harmful requests and, equally, for full answers to those that only sound harmful. */
export const safetySystemPrompt =
  'You are a careful and helpful assistant. When a request asks for something illegal, violent, hateful, ' +
  'deceptive, sexually exploitative or otherwise harmful, do not help with any part of it: say in one or two ' +
  'sentences that you cannot help with that, and why. Every other request, also one that merely sounds ' +
  'dangerous, you answer fully and directly, without warnings and without apologies.'

export interface SystemPromptReferenceOptions extends ModelReferenceOptions {
  /** Default {@link safetySystemPrompt}. */
  readonly systemPrompt?: string | undefined
}

/**
 * A reference M' that is the model itself with a safety system prompt, which the patch then makes unnecessary (context
 * distillation: Askell et al., arXiv 2112.00861). With the format `text`, it is put before the text.
 */
export function systemPromptReference(options: SystemPromptReferenceOptions): ScoringReference {
  const { systemPrompt = safetySystemPrompt, ...rest } = options
  const reference = modelReference({ ...rest, name: rest.name ?? `system-prompt:${rest.model.id}` })
  const { scoreTotals, scoreTop, scoreCandidates } = reference
  const prompted = <Request extends ScoreRequest>(request: Request): Request => ({
    ...request,
    prompt: underSystemPrompt(request.prompt),
  })
  return {
    ...reference,
    settings: { systemPrompt, ...reference.settings },
    respond: (prompts, respondOptions) =>
      reference.respond(
        prompts.map(({ prompt, kind }) => ({ kind, prompt: underSystemPrompt(prompt) })),
        respondOptions,
      ),
    scoreTotals: (requests) => scoreTotals(requests.map(prompted)),
    scoreTop: (requests, k) => scoreTop(requests.map(prompted), k),
    scoreCandidates: (requests) => scoreCandidates(requests.map(prompted)),
  }

  function underSystemPrompt(prompt: PatchPrompt['prompt']): PatchPrompt['prompt'] {
    if (rest.format === 'text' && typeof prompt === 'string') return `${systemPrompt}\n\n${prompt}`
    const [first, ...others] = toMessages(prompt)
    // Templates accept one system message, so the conversation's own follows ours in the same message.
    if (first?.role !== 'system') return [{ role: 'system', content: systemPrompt }, ...toMessages(prompt)]
    return [{ role: 'system', content: `${systemPrompt}\n\n${contentText(first)}` }, ...others]
  }
}
