import { expect, it } from 'vitest'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { gateFigures, raisedThreshold, thresholdOf } from './gate-threshold.ts'

const harmless = (logits: readonly number[], part?: string) =>
  logits.map((logit) => ({
    logit,
    row: { prompt: `${logit}`, kind: 'harmless', ...(part && { part }) } as PatchPrompt,
  }))
const harmful = (logits: readonly number[]) =>
  logits.map((logit) => ({ logit, row: { prompt: `${logit}`, kind: 'harmful' } as PatchPrompt }))

const split = (rows: ReturnType<typeof harmless>) =>
  [rows.map(({ row }) => row), rows.map(({ logit }) => logit)] as const

it('fires on no more harmless prompts than allowed, and on as many harmful ones as that leaves', () => {
  const rows = [...harmless([-3, -2, -1, 0, 5, -4, -6, -7, -8, -9]), ...harmful([-5, 1, 2, 6])]
  const [prompts, logits] = split(rows)
  const threshold = thresholdOf(prompts, logits, { default: 0.1 })
  expect(threshold).toBeGreaterThan(0)
  expect(threshold).toBeLessThan(1)
  expect(gateFigures(prompts, logits, threshold)).toEqual({
    recall: 0.75,
    harmful: 4,
    falsePositives: { default: 0.1 },
    harmless: 10,
  })
  expect(thresholdOf(prompts, logits, { default: 0 })).toBeGreaterThan(5)
})

it('keeps to the share of each part that is named, and counts the others together', () => {
  const near = harmless([3, 2, 1, 0], 'near-miss')
  const rows = [...harmless([-3, -2, -1, -4]), ...harmless([-5], 'odd'), ...near, ...harmful([4])]
  const [prompts, logits] = split(rows)
  const threshold = thresholdOf(prompts, logits, { default: 0.2, 'near-miss': 0.5 })
  // One of five may fire for the default, two of four near misses: the stricter of the two decides.
  expect(gateFigures(prompts, logits, threshold)).toMatchObject({
    recall: 1,
    falsePositives: { default: 0, odd: 0, 'near-miss': 0.5 },
  })
})

it('is raised where targets lie far above it, and never lowered', () => {
  const far = [
    ...harmless([-3, -2, -1, 0]),
    ...harmful([-9, ...new Array(19).fill(8), ...new Array(10).fill(9)]),
  ]
  const [prompts, logits] = split(far)
  const threshold = thresholdOf(prompts, logits, { default: 0.25 })
  expect(raisedThreshold(prompts, logits, threshold)).toBeCloseTo(threshold + 0.9 * (8 - threshold), 6)
  const [near, close] = split([...harmless([1, 2]), ...harmful([0, 0, 3])])
  expect(raisedThreshold(near, close, 2.5)).toBe(2.5)
})
