import * as z from 'zod/mini'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { type AbilityOptions, accuracyMeasurement } from './ability-measure.ts'
import { type LikelihoodRequest, scoreItems } from './score-items.ts'

export interface EvaluateMultipleChoiceOptions extends AbilityOptions {
  readonly questions: readonly MultipleChoiceQuestion[]
  /**
   * `cloze` (the default) asks `Question: …\nAnswer:` and compares the choices' texts, as lm-evaluation-harness does
   * for ARC; `letters` lists the choices as A, B, … and compares the letters, as it does for CommonsenseQA, which
   * small models answer no better than by chance.
   */
  readonly template?: 'cloze' | 'letters' | undefined
}

/**
 * How often the right choice is the most probable continuation of its question: by Σ log π of the choice's tokens
 * (`accuracy`, lm-evaluation-harness's acc), and with `cloze` also by that sum divided by the choice's number of characters
 * (`accuracy, normalized by length`, its acc_norm). A choice's tokens are those that ` choice` adds to the question's.
 *
 * @throws as {@link scoreItems}
 */
export async function evaluateMultipleChoice(options: EvaluateMultipleChoiceOptions): Promise<Measurement[]> {
  const { model, questions, template = 'cloze', data = 'questions' } = options
  const sums = await scoreItems(questions, (question) => requestsOf(model.tokenizer, question, template), {
    ...options,
    measure: 'multiple-choice',
    settings: { template },
  })
  const figure = (metric: string, score: (sum: number, choice: string) => number) =>
    accuracyMeasurement(
      { metric, judge: 'likelihood', data },
      questions.map(({ choices, answer }, index) => {
        const scores = choices.map((choice, i) => score(sums[index]?.[i] as number, choice))
        return scores.indexOf(Math.max(...scores)) === answer
      }),
      options,
    )
  const plain = figure('accuracy', (sum) => sum)
  if (template === 'letters') return [plain]
  return [plain, figure('accuracy, normalized by length', (sum, choice) => sum / [...choice].length)]
}

const letter = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index)

function requestsOf(
  tokenizer: Tokenizer,
  { question, choices }: MultipleChoiceQuestion,
  template: 'cloze' | 'letters',
): LikelihoodRequest[] {
  const listed = template === 'letters' ? choices.map((choice, i) => `\n${letter(i)}. ${choice}`) : []
  const prompt = `Question: ${question.trim()}${listed.join('')}\nAnswer:`
  const before = tokenizer.encodePrompt(prompt).length
  const answers = template === 'letters' ? choices.map((_, i) => letter(i)) : choices
  return answers.map((answer) => ({
    prompt,
    response: tokenizer.encodePrompt(`${prompt} ${answer}`).slice(before),
  }))
}

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
