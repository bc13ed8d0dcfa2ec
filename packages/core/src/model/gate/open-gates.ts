import type { Prompt } from '../../tokenize/tokenizer.ts'
import type { Prefix, ScoreOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { asksSomething, requestOf } from './asked-request.ts'
import { gatesOf, isGated, openPrefix } from './gate.ts'
import { gateLogits } from './gate-logits.ts'

/** A prompt and the prefix that may apply to it. */
export interface GatedRequest {
  readonly prompt: Prompt
  readonly prefix: Prefix | undefined
}

/** Reduces each request's prefix to what takes effect. The base model reads the prompts of those with gates. */
export async function openGates<Request extends GatedRequest>(
  core: ModelCore,
  requests: readonly Request[],
  options: ScoreOptions = {},
): Promise<Request[]> {
  const gated = [...requests.keys()].filter((index) => isGated(requests[index]?.prefix))
  if (gated.length === 0) return [...requests]
  const prompts = gated.map((index) => requestOf((requests[index] as Request).prompt))
  const prefixes = gated.map((index) => requests[index]?.prefix as Prefix)
  const logits = await gateLogits(core, prompts, prefixes, options)
  const opened = [...requests]
  for (const [i, index] of gated.entries()) {
    const prefix = prefixes[i] as Prefix
    const asks = asksSomething(core.tokenizer, prompts[i] as Prompt)
    const open = gatesOf(prefix).map((gate) => !gate || (asks && logits(gate, i) >= 0))
    opened[index] = { ...(requests[index] as Request), prefix: openPrefix(prefix, open) }
  }
  return opened
}
