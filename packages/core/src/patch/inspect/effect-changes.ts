import type { MeasuredRate, PatchEffect } from '../manifest.ts'

/** How an effect changed from one version of a patch to the next. */
export interface EffectChange {
  readonly metric: string
  readonly judge: string
  readonly data: string
  /** Undefined if neither version says so, and the metric is not a built-in one. */
  readonly better: 'higher' | 'lower' | undefined
  /** In the earlier version; undefined if it was not measured. */
  readonly before: MeasuredRate | undefined
  /** In the later version; undefined if it is no longer measured. */
  readonly after: MeasuredRate | undefined
  /**
   * `improved` or `worse` if the 95% intervals do not overlap; `same` if they do; `unclear` if they do not but the direction is
   * unknown; `added` and `dropped` for effects that only one version has.
   */
  readonly change: 'improved' | 'worse' | 'same' | 'unclear' | 'added' | 'dropped'
}

/**
 * Compares the effects of a later version of a patch with those of an earlier one. Effects match if their metric, judge and data
 * are the same. Two 95% intervals that do not overlap are a change at a level well below 5%, so noise rarely counts as one.
 */
export function effectChanges(before: readonly PatchEffect[], after: readonly PatchEffect[]): EffectChange[] {
  const key = ({ metric, judge, data }: PatchEffect) => JSON.stringify([metric, judge, data])
  const first = new Map(before.map((effect) => [key(effect), effect]))
  const second = new Map(after.map((effect) => [key(effect), effect]))
  return [...new Map([...first, ...second])].map(([id, { metric, judge, data }]) => {
    const [was, is] = [first.get(id), second.get(id)]
    const better = is?.better ?? was?.better ?? directionOf(metric)
    return {
      ...{ metric, judge, data, better, before: was?.after, after: is?.after },
      change: changeOf(was?.after, is?.after, better),
    }
  })
}

function changeOf(
  was: MeasuredRate | undefined,
  is: MeasuredRate | undefined,
  better: 'higher' | 'lower' | undefined,
): EffectChange['change'] {
  if (!was) return 'added'
  if (!is) return 'dropped'
  const moved = movedTo(was, is)
  if (moved === 'same') return 'same'
  if (better === undefined) return 'unclear'
  return moved === better ? 'improved' : 'worse'
}

/** The direction in which a figure moved, by its 95% intervals: `same` if they overlap. */
export function movedTo(
  was: Pick<MeasuredRate, 'low' | 'high'>,
  is: Pick<MeasuredRate, 'low' | 'high'>,
): 'higher' | 'lower' | 'same' {
  if (is.low > was.high) return 'higher'
  return is.high < was.low ? 'lower' : 'same'
}

/** The better direction, for metrics recorded before effects included it. */
function directionOf(metric: string): 'higher' | 'lower' | undefined {
  if (
    /^(refusal rate|answered as wanted|answers identical|instructions followed|(minimal-pair )?accuracy)/.test(
      metric,
    )
  )
    return 'higher'
  const lower =
    /^(over-refusal rate|attack success rate|degenerate responses|changed|(log-)?perplexity|bits per byte|KL |unsafe|StrongREJECT|expected maximum toxicity|toxicity probability|gender |attribute distribution)/
  return lower.test(metric) ? 'lower' : undefined
}
