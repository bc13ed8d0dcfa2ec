import { fileStorage } from '@policypatch/backend-node'
import {
  type AbilityChange,
  type AbilityData,
  abilityChanges,
  evaluateAbility,
  type Measurement,
} from '@policypatch/core'
import type { CommandContext } from './command-context.ts'
import type { EvaluationSubject } from './evaluate-subjects.ts'
import { keptRun } from './kept-run.ts'

/** What one subject can do. */
export interface SubjectAbility {
  readonly name: string
  readonly figures: readonly Measurement[]
  /** Its figures beside those of the first subject; none for the first itself. */
  readonly changes: readonly AbilityChange[]
}

/**
 * Measures the base and each patched model in turn; a system prompt is left out, for it has no place in a text whose
 * probability is asked for. With `out` what subject i gave is kept in `<out>.<i>.<measure>.jsonl`, and a stopped run can be
 * resumed.
 */
export async function measureAbility(
  { progress, signal }: CommandContext,
  subjects: readonly EvaluationSubject[],
  {
    data,
    out,
    fresh,
  }: {
    readonly data: AbilityData
    readonly out: string | undefined
    readonly fresh: boolean | undefined
  },
): Promise<SubjectAbility[]> {
  const measureAll = async () => {
    const abilities: SubjectAbility[] = []
    for (const [index, { name, of }] of subjects.entries()) {
      if (!('model' in of)) continue
      const figures = await evaluateAbility({
        model: of.model,
        subject: name,
        data,
        ...(out !== undefined && { storage: fileStorage(), path: `${out}.${index}` }),
        onProgress: ({ stage, ...count }) => progress.report({ stage: `${name}: ${stage}`, ...count }),
        signal,
      })
      const [first] = abilities
      abilities.push({ name, figures, changes: first ? abilityChanges(first.figures, figures) : [] })
    }
    return abilities
  }
  if (out === undefined) return measureAll()
  const run = { place: `${out}.*.jsonl`, option: '--out', fresh, prefix: out } as const
  return keptRun(progress, run, measureAll)
}
