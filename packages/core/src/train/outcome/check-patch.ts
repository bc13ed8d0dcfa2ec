import { evaluateGrid } from '../../evaluate/grid/evaluate-grid.ts'
import { wilsonInterval } from '../../evaluate/statistics/wilson-interval.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { isDegenerate } from '../../pairs/judges/is-degenerate.ts'
import type { Judge } from '../../pairs/judges/judge.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { isTarget, kindNames } from '../../pairs/rows/prompt-kind.ts'
import type { PatchEffect } from '../../patch/manifest.ts'
import { type StoredPlace, within } from '../../storage/place.ts'
import { type OutcomeBounds, type OutcomeChange, type TrainOutcome, verdictOf } from './train-outcome.ts'

export interface CheckPatchOptions extends OutcomeBounds {
  readonly model: LanguageModel
  readonly prefix: Prefix
  /** Prompts that training never saw. */
  readonly prompts: readonly PatchPrompt[]
  readonly judge: Judge
  readonly format: PromptFormat
  /** Number of tokens to generate and judge. */
  readonly maxTokens: number
  readonly checkpoint: TrainOutcome['checkpoint'] | undefined
  /** Answers and scores are saved in its folder `check`. */
  readonly directory: StoredPlace
  readonly onProgress: (progress: StageProgress) => void
  readonly signal: AbortSignal | undefined
}

/** Compares the base and the patched model, greedily, on prompts that training never saw. */
export async function checkPatch(options: CheckPatchOptions): Promise<TrainOutcome> {
  const { model, prefix, prompts, judge, format, maxTokens, directory } = options
  const { responses } = await evaluateGrid({
    subjects: [
      { name: 'base', model: model.withPrefix(undefined) },
      { name: 'patched', model: model.withPrefix(prefix) },
    ],
    prompts,
    judges: [judge],
    generation: { maxTokens, batchSize: 32, format },
    directory: within(directory, 'check'),
    onProgress: options.onProgress,
    signal: options.signal,
  })
  const both = prompts.flatMap((row, index) => {
    const [base, patched] = [responses.base?.[index], responses.patched?.[index]]
    return base && patched ? [{ row, base, patched }] : []
  })
  type Both = (typeof both)[number]
  const change = (rows: readonly Both[], holds: (answer: Both['base']) => boolean): OutcomeChange => ({
    base: wilsonInterval(rows.filter(({ base }) => holds(base)).length, rows.length),
    patched: wilsonInterval(rows.filter(({ patched }) => holds(patched)).length, rows.length),
  })
  const asWanted = ({ score }: Both['base']) => score >= 0.5
  const targets = both.filter(({ row }) => isTarget(row.kind))
  const others = both.filter(({ row }) => !isTarget(row.kind))
  const measured = {
    kinds: kindNames(prompts),
    target: change(targets, asWanted),
    keep: change(others, asWanted),
    degenerate: change(both, ({ response }) => isDegenerate(response)),
  }
  const shown = [...targets.slice(0, 2), ...others.slice(0, 1), ...targets.slice(2)].slice(0, 3)
  return {
    judge: judge.name,
    ...measured,
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
    examples: shown.map(({ row, base, patched }) => ({
      prompt: row.bare ?? row.prompt,
      kind: row.kind,
      base: base.response,
      patched: patched.response,
      asWanted: asWanted(patched),
    })),
    ...verdictOf(measured, options),
  }
}

/** The effects that a manifest records. */
export function outcomeEffects({ judge, kinds, target, keep, degenerate }: TrainOutcome): PatchEffect[] {
  const effect = (metric: string, by: string, data: string, { base, patched }: OutcomeChange) => {
    const better = metric === 'answered as wanted' ? ('higher' as const) : ('lower' as const)
    if (patched.n === 0) return []
    return [{ metric, judge: by, data, better, n: patched.n, before: rateOf(base), after: rateOf(patched) }]
  }
  return [
    ...effect('answered as wanted', judge, `held-out ${kinds.target} prompts`, target),
    ...effect('answered as wanted', judge, `held-out ${kinds.keep} prompts`, keep),
    ...effect('degenerate responses', 'repetition', 'held-out prompts', degenerate),
  ]
}

const rateOf = ({ value, low, high }: OutcomeChange['base']) => ({ value, low, high })
