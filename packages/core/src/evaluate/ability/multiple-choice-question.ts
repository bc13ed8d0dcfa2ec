import * as z from 'zod/mini'

export interface MultipleChoiceQuestion {
  readonly question: string
  /** At least two. */
  readonly choices: readonly string[]
  /** Index of the right choice. */
  readonly answer: number
}

/** A row of a file of questions. */
export const multipleChoiceSchema: z.ZodMiniType<MultipleChoiceQuestion> = z
  .object({
    question: z.string().check(z.minLength(1)),
    choices: z.array(z.string().check(z.minLength(1))).check(z.minLength(2)),
    answer: z.int().check(z.minimum(0)),
  })
  .check(z.refine(({ answer, choices }) => answer < choices.length, 'the answer is not one of the choices'))
