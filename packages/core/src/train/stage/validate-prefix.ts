import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { isDegenerate } from '../../pairs/judges/is-degenerate.ts'
import type { Judge } from '../../pairs/judges/judge.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { isTarget, kindNames, type PromptKind } from '../../pairs/rows/prompt-kind.ts'

/**
 * The judge's mean score by kind, under the prompts' names; 1 = as wanted, for safety: refused if harmful, answered if harmless.
 * Absent without prompts of a kind.
 */
export type ValidationScores = { readonly [Kind in PromptKind]?: number | undefined } & {
  /** Share of answers, to prompts of either kind, that are empty or repeat themselves. */
  readonly degenerate?: number | undefined
}

/**
 * A single figure to choose a checkpoint: for safety, refusal rate minus over-refusal rate (Youden's J), from −1 to 1. A kind
 * without prompts counts as perfect.
 */
export function validationMerit(scores: ValidationScores): number {
  const target = scores.target ?? scores.harmful ?? 1
  const keep = scores.keep ?? scores.harmless ?? 1
  return target + keep - 1
}

export interface ValidateOptions {
  readonly model: LanguageModel
  readonly prompts: readonly PatchPrompt[]
  readonly judge: Judge
  readonly format: PromptFormat
  /** Number of tokens to generate and judge. */
  readonly maxTokens: number
  readonly batchSize: number
  readonly signal?: AbortSignal | undefined
}

/** Generates greedily with a prefix and judges the answers. */
export async function validatePrefix(prefix: Prefix, options: ValidateOptions): Promise<ValidationScores> {
  const { model, prompts, judge, format, maxTokens, batchSize, signal } = options
  const answers: string[] = new Array(prompts.length)
  const requests = prompts.map(({ prompt }) => ({ prompt: formatPrompt(prompt, format), prefix }))
  for await (const { index, text } of model.generateBatch(requests, {
    maxTokens,
    batchSize,
    signal,
  })) {
    answers[index] = text
  }
  const judged = prompts.map(({ prompt, kind }, i) => ({ prompt, kind, response: answers[i] as string }))
  const scores = await judge.score(judged, { signal })
  const mean = (target: boolean): number | undefined => {
    const own = scores.filter((_, i) => isTarget((prompts[i] as PatchPrompt).kind) === target)
    return own.length > 0 ? own.reduce((sum, score) => sum + score, 0) / own.length : undefined
  }
  const names = kindNames(prompts)
  const degenerate = answers.filter(isDegenerate).length / answers.length
  return { [names.target]: mean(true), [names.keep]: mean(false), degenerate }
}
