import { byHash, nearest } from './overlap.ts'

export interface HarmfulRow {
  readonly prompt: string
  readonly kind: 'harmful'
  readonly split: 'train' | 'validation' | 'test'
  /** The data set that first published the prompt. */
  readonly source: string
}

const TEST_ROWS = 128
const TRAIN_ROWS = 294
const MOST_WORDS = 60
const NEAR = 0.6

/** In order of publication: a prompt in several data sets is credited to the first. */
export const ORIGINS = [
  'malicious_instruct',
  'advbench',
  'tdc2023',
  'harmbench_val',
  'harmbench_test',
  'strongreject',
  'jailbreakbench',
]

/** MaliciousInstruct has no licence, so its prompts are not redistributed. */
const NOT_REDISTRIBUTED = 'malicious_instruct'

/**
 * Splits refusal-direction's harmful instructions. 128 of its test rows remain the test split. The training split is its training
 * rows, filled up to 294 with other test rows, because few remain without MaliciousInstruct. Training and validation contain
 * nothing close to a test row.
 */
export function splitHarmful(
  rows: readonly { readonly prompt: string; readonly split: string }[],
  originOf: ReadonlyMap<string, string>,
): HarmfulRow[] {
  const listed = new Set<string>()
  const usable = rows
    .map((row) => ({ ...row, prompt: row.prompt.trim() }))
    .filter((row) => row.prompt.split(/\s+/).length <= MOST_WORDS)
    .map((row) => {
      const source = originOf.get(row.prompt)
      if (source === undefined) throw new Error(`No source set holds this prompt: ${row.prompt}`)
      return { ...row, source }
    })
    .filter((row) => row.source !== NOT_REDISTRIBUTED)
    .sort((a, b) => byHash(a.prompt, b.prompt))
    .filter(({ prompt }) => !listed.has(prompt.toLowerCase()) && listed.add(prompt.toLowerCase()))
  const isNear = (prompt: string, others: readonly { readonly prompt: string }[]) =>
    nearest(
      prompt,
      others.map((other) => other.prompt),
    ).similarity >= NEAR

  const test: typeof usable = []
  for (const row of usable) {
    if (row.split === 'test' && test.length < TEST_ROWS && !isNear(row.prompt, test)) test.push(row)
  }
  const rest = usable.filter((row) => !isNear(row.prompt, test))
  const validation = rest.filter((row) => row.split === 'val')
  const train: typeof usable = []
  for (const split of ['train', 'test']) {
    for (const row of rest) {
      if (row.split === split && train.length < TRAIN_ROWS && !isNear(row.prompt, validation)) train.push(row)
    }
  }
  const labelled = { train, validation, test }
  return (['train', 'validation', 'test'] as const).flatMap((split) =>
    labelled[split].map((row) => ({
      prompt: row.prompt,
      kind: 'harmful' as const,
      split,
      source: row.source.replace(/_(val|test)$/, ''),
    })),
  )
}
