import type { PatchPrompt } from './preference-pair.ts'

/**
 * The seed of one prompt's random draws: a function of the run's seed and the prompt alone, so that what is drawn
 * depends neither on the prompts beside it nor on where a run was interrupted. An integer in [0, 2³²).
 */
export function promptSeed(seed: number, prompt: PatchPrompt['prompt']): number {
  return fnv1a(new TextEncoder().encode(`${seed}\n${JSON.stringify(prompt)}`))
}

/** FNV-1a, 32 bits: a quick fingerprint of bytes, for seeds and to notice change; not for trust. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
