import type { FilterSummary } from '../pairs/filter-pairs.ts'
import { isTarget, type PromptKind } from '../pairs/rows/prompt-kind.ts'
import type { GateFigures } from './gate/gate-threshold.ts'
import type { RunSettings } from './run-settings.ts'
import type { ValidationScores } from './stage/validate-prefix.ts'
import type { TrainPatchOptions } from './train-options.ts'
import { trainingDefaults } from './training-defaults.ts'

type Tell = TrainPatchOptions['onProgress']

/** Below this share of what there should be, a run is likely to fail. */
const few = 0.5

const percent = (value: number) => `${(100 * value).toFixed(0)}%`

/** Warns if the filter leaves few pairs, and says why. */
export function warnOfFewPairs(summary: FilterSummary, { dpo }: RunSettings, tell: Tell): void {
  for (const [kind, counts] of Object.entries(summary)) {
    const { total, droppedByWinner, droppedByMargin } = counts
    if (droppedByWinner > few * total) {
      warn(
        tell,
        `${droppedByWinner} of ${total} ${kind} pairs were dropped because the chosen answer scores too low; check the pairs ` +
          'or the judge',
      )
    }
    if (isTarget(kind as PromptKind) && dpo && droppedByMargin > few * total) {
      warn(
        tell,
        `on ${droppedByMargin} of ${total} ${kind} prompts the model scores nearly as high as the reference: ` +
          'there is little to learn from these',
      )
    }
  }
}

/** Warns if answers to validation prompts have collapsed, or those to `keep` prompts are no longer as wanted. */
export function warnOfScores(
  scores: ValidationScores,
  { stage, step, last }: { readonly stage: string; readonly step: number; readonly last: boolean },
  tell: Tell,
): void {
  const { degenerate = 0 } = scores
  if (degenerate >= few) {
    warn(
      tell,
      `${stage} step ${step}: ${percent(degenerate)} of the validation answers are empty or repetitive; ` +
        `lower the learning rate (--${stage}-lr) or train for fewer steps (--${stage}-steps)`,
    )
  }
  const kind = scores.keep === undefined ? 'harmless' : 'keep'
  const kept = scores[kind] ?? 1
  // After SFT this may be too low, as long as DPO follows to separate the two.
  if (last && kept < few) {
    warn(
      tell,
      `${stage} step ${step}: only ${percent(kept)} of the ${kind} validation prompts are answered as wanted; add ` +
        `such prompts, raise their share (--harmless-share), or train with a gate (40 prompts of each kind)`,
    )
  }
}

/** Warns of a gate that does not separate the prompts. */
export function warnOfGate({ recall }: GateFigures, kind: string, tell: Tell): void {
  if (recall >= few) return
  warn(
    tell,
    `the gate fires on only ${percent(recall)} of the held-out ${kind} prompts: it does not separate them from ` +
      'the others; add prompts of both kinds or, if the patch is for every prompt, use no keep prompts ' +
      '(`everyday` 0, --everyday 0)',
  )
}

/** Warns of training answers that are truncated: they would be learned without their ends. */
export function warnOfCuts(cut: number, total: number, limit: number, tell: Tell): void {
  if (cut === 0) return
  warn(
    tell,
    `${cut} of ${total} training answers are longer than ${limit} tokens and were cut; raise ` +
      '`maxResponseTokens` (--max-response-tokens), and with it `generation.maxTokens` (--max-tokens)',
  )
}

/** Warns that the patch will not be checked. */
export function warnOfNoCheck(tell: Tell): void {
  warn(
    tell,
    `too few targets to hold out ${trainingDefaults.check.fewest}: the patch is not checked on held-out prompts ` +
      '(pass some as `check.prompts`, or use policypatch eval)',
  )
}

const warn = (tell: Tell, message: string) => tell?.({ stage: 'warning', message })
