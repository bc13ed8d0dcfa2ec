import { createRandom } from '../random.ts'
import { isRefusal } from './judges/is-refusal.ts'
import type { PatchPrompt } from './preference-pair.ts'
import { isTarget } from './prompt-kind.ts'
import { promptSeed } from './prompt-seed.ts'
import { stockRefusals } from './refusals.ts'

/**
 * A refusal for each harmless prompt, by its index: what the reference itself said where it refused that very
 * prompt; else one drawn from its refusals of harmful prompts, or from the stock ones where there are none.
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
