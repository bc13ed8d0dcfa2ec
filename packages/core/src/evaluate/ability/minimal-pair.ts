import * as z from 'zod/mini'

/** A sentence of the language beside one that differs little and is none (BLiMP's form). */
export interface MinimalPair {
  readonly good: string
  readonly bad: string
  /** The rule that the bad one breaks. */
  readonly phenomenon: string
  /** What the rule belongs to, such as `syntax`. */
  readonly field: string
}

const sentence = z.string().check(z.minLength(1))

/** A row of a file of minimal pairs. */
export const minimalPairSchema: z.ZodMiniType<MinimalPair> = z.object({
  good: sentence,
  bad: sentence,
  phenomenon: z.string(),
  field: z.string(),
})
