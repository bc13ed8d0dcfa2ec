import {
  type AbilityChange,
  type AbilityData,
  abilityChanges,
  type EvaluationSubject,
  evaluateAbility,
  type Measurement,
} from '@policypatch/core/evaluate'
import type { PatchEffect } from '@policypatch/core/patch'
import type { CommandContext } from '../cli/command-context.ts'
import { keptRun } from '../cli/kept-run.ts'

/** The measured abilities of one subject. */
export interface SubjectAbility {
  readonly name: string
  readonly figures: readonly Measurement[]
  /** Its changes from the first subject; empty for the first itself. */
  readonly changes: readonly AbilityChange[]
}

/**
 * Measures the base and each patched model in turn. A system prompt is left out, because it has no place in a text whose
 * probability is measured. With `out`, the outputs of subject i are saved in `<out>.<i>.<measure>.jsonl`, so that a stopped run
 * can be resumed.
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
    for (const [index, subject] of subjects.entries()) {
      if (!('model' in subject)) continue
      const { name, model } = subject
      const figures = await evaluateAbility({
        model,
        subject: name,
        data,
        path: out && `${out}.${index}`,
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

/**
 * Tabulates abilities with 95% intervals: a row for each figure, a column for each subject and, after each except the first, a
 * column for its difference from the first over the same items. Shares are in percent, their differences in points.
 */
export function abilityTable(abilities: readonly SubjectAbility[]): string[][] {
  const [base, ...others] = abilities
  if (!base) return []
  const heading = ['', base.name, ...others.flatMap(({ name }) => [name, `${name} − ${base.name}`])]
  const rows = base.figures.map((figure) => [
    `${figure.metric}, ${figure.data}, n=${figure.n}`,
    interval(figure, figure),
    ...others.flatMap(({ changes }) => {
      const change = changes.find(({ before }) => before === figure)
      return [
        change ? interval(figure, change.after) : '–',
        change?.difference ? interval(figure, change.difference, true) : '–',
      ]
    }),
  ])
  return [heading, ...rows]
}

function interval(
  { better }: Measurement,
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  signed = false,
): string {
  const show = (x: number) => {
    const text = better === 'higher' ? (100 * x).toFixed(1) : x.toFixed(x < 10 ? 3 : 1)
    return `${signed && x > 0 ? '+' : ''}${text}`
  }
  return `${show(value)}${better === 'higher' && !signed ? '%' : ''} [${show(low)}, ${show(high)}]`
}

/** Abilities and the differences from the first subject, as JSON. Scores of single items are left out. */
export function abilityReport(abilities: readonly SubjectAbility[]) {
  return abilities.map(({ name, figures, changes }, index) => ({
    name,
    figures: figures.map(({ values: _, ...figure }) => figure),
    ...(index > 0 && {
      differences: changes.flatMap(({ before: { metric, data }, difference }) =>
        difference ? [{ metric, data, ...difference }] : [],
      ),
    }),
  }))
}

/** The shares of the first two subjects, as a patch's manifest records them: over whole data sets, not parts of them. */
export function abilityEffects([base, patched]: readonly SubjectAbility[]): PatchEffect[] {
  if (!base || !patched) return []
  const isPart = (data: string) => base.figures.some((figure) => data.startsWith(`${figure.data}: `))
  const whole = patched.changes.filter(({ before }) => before.better === 'higher' && !isPart(before.data))
  return whole.map(({ before, after }) => ({
    metric: before.metric,
    judge: before.judge,
    data: before.data,
    better: before.better,
    n: before.n,
    before: rateOf(before),
    after: rateOf(after),
  }))
}

const rateOf = ({ value, low, high }: Measurement) => ({ value, low, high })
