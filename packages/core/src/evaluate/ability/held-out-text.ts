import * as z from 'zod/mini'

/** A text that no model here was trained on, as far as is known. */
export interface HeldOutText {
  readonly text: string
}

/** A row of a file of texts. */
export const heldOutTextSchema: z.ZodMiniType<HeldOutText> = z.object({
  text: z.string().check(z.minLength(1)),
})
