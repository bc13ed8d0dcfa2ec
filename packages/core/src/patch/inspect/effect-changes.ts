import type { MeasuredRate, PatchEffect } from '../manifest.ts'

/** What became of an effect from one version of a patch to the next. */
export interface EffectChange {
  readonly metric: string
  readonly judge: string
  readonly data: string
  /** Undefined where neither version says it, and the metric is not one of the built-in ones. */
  readonly better: 'higher' | 'lower' | undefined
  /** With the earlier version; undefined where it was not measured. */
  readonly before: MeasuredRate | undefined
  /** With the later version; undefined where it is not measured any more. */
  readonly after: MeasuredRate | undefined
  /**
   * `improved` or `worse` if the 95% intervals do not overlap; `same` if they do; `unclear` if they do not but the direction is
   * unknown; `added` and `dropped` for effects that only one version has.
   */
  readonly change: 'improved' | 'worse' | 'same' | 'unclear' | 'added' | 'dropped'
}

/**
 * How the effects of a later version of a patch compare with those of an earlier one. Effects are the same if their metric, judge and
 * data are. Two 95% intervals that do not overlap are a change at a level well below 5%, so noise rarely counts as one.
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

/** Which way a figure has moved, by its 95% intervals: `same` where they overlap. */
export function movedTo(
  was: Pick<MeasuredRate, 'low' | 'high'>,
  is: Pick<MeasuredRate, 'low' | 'high'>,
): 'higher' | 'lower' | 'same' {
  if (is.low > was.high) return 'higher'
  return is.high < was.low ? 'lower' : 'same'
}

/** Which direction is better, of metrics that patches recorded before effects said so themselves. */
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
