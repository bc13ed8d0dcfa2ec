import {
  createRandom,
  heldOutForCheck,
  type PatchPrompt,
  type TrainingPreset,
  trainingDefaults,
} from '@policypatch/core'

/** Rows to train on, and prompts that training never sees. */
export interface SetApart<Row> {
  readonly train: readonly Row[]
  readonly apart: readonly PatchPrompt[]
}

/**
 * Sets prompts of each kind apart, as many as the check after a training takes, drawn by the seed: of fewer than 20 prompts none,
 * else a tenth, at least 8 (or a fifth of them) and at most what the preset says. Rows of the same prompt stay together.
 */
export function setApart<Row extends PatchPrompt>(
  rows: readonly Row[],
  { seed, preset = 'balanced' }: { readonly seed: number; readonly preset?: TrainingPreset | undefined },
): SetApart<Row> {
  const { from } = trainingDefaults.check
  const { limit } = trainingDefaults.presets[preset]
  const random = createRandom(seed)
  const prompts = new Map(rows.map((row) => [keyOf(row), row]))
  const chosen = new Set<string>()
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const own = [...prompts].filter(([, row]) => row.kind === kind).map(([key]) => key)
    if (own.length < from) continue
    for (const key of random.shuffle(own).slice(0, heldOutForCheck(own.length, { limit }))) chosen.add(key)
  }
  return {
    train: rows.filter((row) => !chosen.has(keyOf(row))),
    apart: [...chosen].map((key) => promptOf(prompts.get(key) as Row)),
  }
}

const keyOf = ({ kind, prompt, bare = prompt }: PatchPrompt) => JSON.stringify([kind, bare])

const promptOf = ({ prompt, kind, part }: PatchPrompt): PatchPrompt => ({
  ...{ prompt, kind },
  ...(part !== undefined && { part }),
})
