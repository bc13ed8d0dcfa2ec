import {
  applyPatch,
  evaluatePatch,
  fileStorage,
  type LanguageModel,
  modelReference,
  type PatchPrompt,
  refusalJudge,
} from 'policypatch'
import {
  type AbilityChange,
  type PatchEvaluation,
  readAbilityData,
  refusalClassifierJudge,
} from 'policypatch/evaluate'
import { gateDecisions } from './gate-decisions.ts'
import { sets } from './held-out-prompts.ts'
import type { SeedPatch } from './train-seeds.ts'

/** The measurements of a patch, its base and the reference. */
export interface Measured extends PatchEvaluation {
  readonly seed: number
  /** Whether the gate fires, per prompt. Absent without a gate. */
  readonly fires?: readonly boolean[]
}

export interface MeasureOptions {
  readonly model: LanguageModel
  readonly reference: LanguageModel
  readonly patches: readonly SeedPatch[]
  readonly prompts: readonly PatchPrompt[]
  readonly maxTokens: number
  readonly folder: string
  readonly onProgress: (line: string) => void
}

/** Measures each patch, and the first one again without its gate, if it has one. */
export async function measureAll(
  options: MeasureOptions,
): Promise<{ gated: Measured[]; ungated?: Measured }> {
  const gated: Measured[] = []
  for (const one of options.patches) gated.push(await measure(one, options, true))
  const [first] = options.patches
  if (!first?.patch.prefix.gate) return { gated }
  return { gated, ungated: await measure(first, options, false) }
}

async function measure(
  { seed, patch, folder: own }: SeedPatch,
  { model, reference, prompts, maxTokens, folder, onProgress }: MeasureOptions,
  gates: boolean,
): Promise<Measured> {
  const { minimalPairs, questions, texts } = await readAbilityData()
  const name = gates ? `patch, seed ${seed}` : `patch, seed ${seed}, without its gate`
  const patched = applyPatch(model, patch, { gates })
  const evaluation = await evaluatePatch({
    ...{ model, patched, name, prompts },
    reference: modelReference({ model: reference, maxTokens, batchSize: 32 }),
    judges: [refusalJudge(), await refusalClassifierJudge()],
    generation: { maxTokens, batchSize: 32 },
    everyday: prompts.filter(isEveryday),
    texts: texts?.items,
    ability: { minimalPairs, questions },
    directory: { storage: fileStorage(folder), path: 'evaluation' },
    onProgress: ({ stage, done, total }) => onProgress(`${name}: ${stage} ${done}/${total}`),
  })
  const decided = gates && patch.prefix.gate !== undefined
  const fires = decided
    ? await gateDecisions(patched, prompts, {
        folder: own,
        onProgress: (line) => onProgress(`${name}: ${line}`),
      })
    : undefined
  // Programs compiled for one subject take memory from the next.
  await model.releasePrograms()
  await reference.releasePrograms()
  return { ...evaluation, seed, ...(fires && { fires }) }
}

const isEveryday = ({ part, context = 'plain' }: PatchPrompt) =>
  context === 'plain' && sets.ordinary.some((name) => name === part)

/** Accuracy lost, averaged over data sets and scoring methods, as in compare/domains. */
export function abilityLost(changes: readonly AbilityChange[] = []): number {
  const accuracies = changes.filter(
    ({ before: { metric, data } }) => metric.includes('accuracy') && !data.includes(': '),
  )
  const data = [...new Set(accuracies.map(({ before }) => before.data))]
  return meanOf(
    data.map((name) =>
      meanOf(
        accuracies
          .filter(({ before }) => before.data === name)
          .map(({ before, after }) => before.value - after.value),
      ),
    ),
  )
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
