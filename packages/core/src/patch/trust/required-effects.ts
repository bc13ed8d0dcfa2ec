import type { PatchEffect } from '../manifest.ts'
import type { RequiredEffect } from './trust-policy.ts'

/** How a patch's effects fall short of a required one; empty if they meet it. The whole 95% interval must be within the bound. */
export function effectFaults(required: RequiredEffect, effects: readonly PatchEffect[]): string[] {
  const { metric, judge, data, n = 1, atMost, atLeast } = required
  const measured = effects.filter(
    (effect) =>
      effect.metric === metric &&
      effect.judge === (judge ?? effect.judge) &&
      effect.data === (data ?? effect.data),
  )
  const named = [metric, judge && `by ${judge}`, data && `on ${data}`].filter(Boolean).join(' ')
  if (measured.length === 0) return [`no effect on ${named}`]
  return measured.flatMap(({ n: examples, after }) => [
    ...(examples < n ? [`${named}: n = ${examples}, fewer than ${n}`] : []),
    ...(atMost !== undefined && after.high > atMost
      ? [`${named}: up to ${after.high}, above ${atMost}`]
      : []),
    ...(atLeast !== undefined && after.low < atLeast
      ? [`${named}: from ${after.low}, below ${atLeast}`]
      : []),
  ])
}
