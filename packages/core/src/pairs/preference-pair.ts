import * as z from 'zod/mini'
import type { ChatMessage } from '../tokenize/tokenizer.ts'

/** Whether a prompt asks for what the patch shall prevent, or for what it must leave as it is. */
export type PromptKind = 'harmful' | 'harmless'

/** A prompt to make pairs from. A string is a user's turn; `text` format continues it as it is. */
export interface PatchPrompt {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  /** A part of the data, such as prompts that look harmful and are not: measured apart, and drawn more often on demand. */
  readonly part?: string
}

/** One row of a pairs file (JSON Lines), in TRL's column names. */
export interface PreferencePair {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  /** As in {@link PatchPrompt}. */
  readonly part?: string
  /** y⁺: what the patched model shall say. */
  readonly chosen: string
  /** y⁻: what it shall no longer say. Absent in rows for SFT alone. */
  readonly rejected?: string
  /** Judge's score of y⁺ in [0, 1], 1 = as wanted. */
  readonly chosenScore?: number
  /** Judge's score of y⁻ in [0, 1]. */
  readonly rejectedScore?: number
}

const message = z.object({ role: z.string(), content: z.string() })
const score = z.number().check(z.minimum(0), z.maximum(1))

/** A prompt as files hold it: a text or a conversation of at least one message, not empty. */
export const promptSchema = z.union(
  [z.string().check(z.minLength(1)), z.array(message).check(z.minLength(1))],
  {
    error: 'expected a text or a list of {role, content}, not empty',
  },
)

/** A row of a prompts file. */
export const patchPromptSchema: z.ZodMiniType<PatchPrompt> = z.object({
  prompt: promptSchema,
  kind: z.enum(['harmful', 'harmless']),
  part: z.exactOptional(z.string()),
})

/** A row of a pairs file. */
export const preferencePairSchema: z.ZodMiniType<PreferencePair> = z.object({
  prompt: promptSchema,
  kind: z.enum(['harmful', 'harmless']),
  part: z.exactOptional(z.string()),
  chosen: z.string(),
  rejected: z.exactOptional(z.string()),
  chosenScore: z.exactOptional(score),
  rejectedScore: z.exactOptional(score),
})
