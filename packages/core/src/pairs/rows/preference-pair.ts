import * as z from 'zod/mini'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { type PromptKind, promptKinds } from './prompt-kind.ts'
import { promptSchema } from './prompt-schema.ts'

/** A prompt to make pairs from. A string is a user turn; with the format `text` it is continued as it is. */
export interface PatchPrompt {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  /**
   * A part of the data, such as prompts that only look like targets. Parts are measured separately and can be sampled more
   * often.
   */
  readonly part?: string
  /** Name of the context that it was placed in, for figures. */
  readonly context?: string
  /** The prompt before it was placed in a context; the reference gets this one. */
  readonly bare?: string | readonly ChatMessage[]
}

/** One row of a pairs file (JSON Lines), in TRL's column names. */
export interface PreferencePair {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  /** As in {@link PatchPrompt}. */
  readonly part?: string
  /** As in {@link PatchPrompt}. */
  readonly context?: string
  /** As in {@link PatchPrompt}. */
  readonly bare?: string | readonly ChatMessage[]
  /** y⁺: what the patched model should say. */
  readonly chosen: string
  /** y⁻: what it should no longer say. Absent in rows for SFT only. */
  readonly rejected?: string
  /** Judge's score of y⁺ in [0, 1], 1 = as wanted. */
  readonly chosenScore?: number
  /** Judge's score of y⁻ in [0, 1]. */
  readonly rejectedScore?: number
}

const score = z.number().check(z.minimum(0), z.maximum(1))

const promptFields = {
  prompt: promptSchema,
  kind: z.enum(promptKinds),
  part: z.exactOptional(z.string()),
  context: z.exactOptional(z.string()),
  bare: z.exactOptional(promptSchema),
}

/** A row of a prompts file. */
export const patchPromptSchema: z.ZodMiniType<PatchPrompt> = z.object(promptFields)

/** A row of a pairs file. */
export const preferencePairSchema: z.ZodMiniType<PreferencePair> = z.object({
  ...promptFields,
  chosen: z.string(),
  rejected: z.exactOptional(z.string()),
  chosenScore: z.exactOptional(score),
  rejectedScore: z.exactOptional(score),
})

/**
 * The seed of one prompt's random draws. Depends only on the run's seed and the prompt, so that draws do not depend on other
 * prompts or on where a run was interrupted. An integer in [0, 2³²).
 */
export function promptSeed(seed: number, prompt: PatchPrompt['prompt']): number {
  return fnv1a(new TextEncoder().encode(`${seed}\n${JSON.stringify(prompt)}`))
}

/** FNV-1a, 32 bits: a fast fingerprint of bytes, for seeds and to detect changes; not for security. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
