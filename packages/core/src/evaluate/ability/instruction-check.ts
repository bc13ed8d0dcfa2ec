import * as z from 'zod/mini'

const count = z.int().check(z.minimum(0))
const word = z.string().check(z.minLength(1))

/** What a response must be like; each can be told by a program alone, as in IFEval (Zhou et al. 2023). */
const requirementSchema = z.discriminatedUnion('type', [
  /** Its number of words is in [least, most]. */
  z.object({ type: z.literal('words'), least: count, most: count }),
  /** It has exactly this many lines that begin with a bullet (-, *, •) or a number. */
  z.object({ type: z.literal('items'), count }),
  /** Each of these words or phrases is in it, in any case. */
  z.object({ type: z.literal('includes'), all: z.array(word).check(z.minLength(1)) }),
  /** None of these is in it, in any case, as words or as signs. */
  z.object({ type: z.literal('excludes'), all: z.array(word).check(z.minLength(1)) }),
  /** It begins with this, in this case. */
  z.object({ type: z.literal('begins'), with: word }),
  /** It ends with this, in this case. */
  z.object({ type: z.literal('ends'), with: word }),
  /** All its letters are of one case. */
  z.object({ type: z.literal('case'), case: z.enum(['lower', 'upper']) }),
  /** It is a JSON object with at least these keys, or, without keys, a JSON array of `length`; a code fence is allowed. */
  z.object({
    type: z.literal('json'),
    keys: z.exactOptional(z.array(word)),
    length: z.exactOptional(count),
  }),
  /** The last number in it is this. */
  z.object({ type: z.literal('number'), value: z.number() }),
  /** But for case and the signs around it, it is one of these. */
  z.object({ type: z.literal('answer'), any: z.array(word).check(z.minLength(1)) }),
])

export type InstructionRequirement = z.infer<typeof requirementSchema>

/** An instruction with what tells whether it was followed. */
export interface InstructionCheck {
  /** A user's turn. */
  readonly prompt: string
  /** All must hold. */
  readonly require: readonly InstructionRequirement[]
}

/** A row of a file of instructions. */
export const instructionCheckSchema: z.ZodMiniType<InstructionCheck> = z.object({
  prompt: z.string().check(z.minLength(1)),
  require: z.array(requirementSchema).check(z.minLength(1)),
})
