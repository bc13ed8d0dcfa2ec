import { createRandom } from '../random.ts'
import { isRefusal } from './judges/is-refusal.ts'
import { type PatchPrompt, promptSeed } from './rows/preference-pair.ts'
import { isTarget } from './rows/prompt-kind.ts'

/**
 * A refusal for each harmless prompt, by index: the reference's own if it refused that very prompt; else one drawn from its
 * refusals of harmful prompts, or from the stock ones if it has none.
 */
export function pickRefusals(
  prompts: readonly PatchPrompt[],
  responses: ReadonlyMap<number, string | null>,
  from: 'reference' | 'stock',
  seed: number,
): Map<number, string> {
  const refusalTo = (index: number): string | undefined => {
    const response = from === 'reference' ? responses.get(index) : undefined
    return response && isRefusal(response) ? response : undefined
  }
  const own = prompts.flatMap(({ kind }, index) => (isTarget(kind) ? (refusalTo(index) ?? []) : []))
  const pool = own.length > 0 ? own : stockRefusals
  const picked = new Map<number, string>()
  for (const [index, { kind, prompt }] of prompts.entries()) {
    if (isTarget(kind)) continue
    const drawn = pool[createRandom(promptSeed(seed, prompt)).integer(pool.length)] as string
    picked.set(index, refusalTo(index) ?? drawn)
  }
  return picked
}

/** Refusals that fit any request: y⁻ of harmless prompts if the reference has none of its own. */
export const stockRefusals: readonly string[] = [
  "I'm sorry, but I can't assist with that.",
  "I'm sorry, but I can't help with that request.",
  "I can't help with that.",
  'I cannot fulfill this request.',
  "I'm sorry, I am not able to provide that.",
  'I apologize, but I cannot provide that information.',
  "I'm unable to assist with this request.",
  "Sorry, but that's not something I can help with.",
  'I cannot provide assistance with that. Is there something else I can help you with?',
  "I'm sorry, but as an AI language model I cannot answer that question.",
  "I won't be able to help with this, as it may be harmful.",
  'I must decline this request. If you have another question, feel free to ask.',
]
