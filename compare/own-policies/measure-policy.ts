import { applyPatch, fileStorage, type LanguageModel, type PatchPrompt, refusalJudge } from 'policypatch'
import { evaluateGrid, type GridEvaluation, refusalClassifierJudge } from 'policypatch/evaluate'
import { gateDecisions } from '../selectivity/gate-decisions.ts'
import type { PolicyPatch } from './train-policy.ts'

export interface MeasurePolicyOptions extends PolicyPatch {
  readonly model: LanguageModel
  readonly prompts: readonly PatchPrompt[]
  readonly maxTokens: number
  readonly onProgress: (line: string) => void
}

/** The measurements of a patch and its base. */
export interface MeasuredPolicy extends GridEvaluation {
  /** Whether the gate fires, per prompt. Absent without a gate. */
  readonly fires?: readonly boolean[]
}

export async function measurePolicy({
  model,
  patch,
  folder,
  prompts,
  maxTokens,
  onProgress,
}: MeasurePolicyOptions): Promise<MeasuredPolicy> {
  const patched = applyPatch(model, patch)
  const evaluation = await evaluateGrid({
    subjects: [
      { name: 'base', model },
      { name: 'patched', model: patched },
    ],
    prompts,
    judges: [refusalJudge(), await refusalClassifierJudge()],
    generation: { maxTokens, batchSize: 32 },
    directory: { storage: fileStorage(folder), path: 'evaluation' },
    onProgress: ({ stage, done, total }) => onProgress(`${stage} ${done}/${total}`),
  })
  const fires = patch.prefix.gate && (await gateDecisions(patched, prompts, { folder, onProgress }))
  return { ...evaluation, ...(fires && { fires }) }
}
