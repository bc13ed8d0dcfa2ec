import {
  applyPatch,
  evaluatePatch,
  type Judge,
  type LanguageModel,
  type Patch,
  type PatchPrompt,
  type Reference,
  systemPromptReference,
} from '@policypatch/core'
import {
  type EvaluationSubject,
  evaluateGrid,
  type GridEvaluation,
  type PatchEvaluation,
} from '@policypatch/core/evaluate'
import type { PromptFormat } from '@policypatch/core/pairs'
import type { CommandContext } from '../cli/command-context.ts'
import { keptRun } from '../cli/kept-run.ts'

interface Generation {
  readonly maxTokens: number
  readonly batchSize: number
  readonly format: PromptFormat
}

/** The base, the base with each patch, then a reference and the base under a system prompt if requested. */
export async function subjectsOf(
  model: LanguageModel,
  options: {
    readonly patches: readonly Patch[]
    readonly reference: Reference | undefined
    /** A text, or `true` for the built-in one. */
    readonly systemPrompt: string | true | undefined
    readonly generation: Generation
  },
): Promise<EvaluationSubject[]> {
  const { patches, reference, systemPrompt, generation } = options
  const subjects: EvaluationSubject[] = [{ name: 'base', model }]
  for (const patch of patches) {
    const { name, version } = patch.manifest
    subjects.push({ name: `${name}@${version}`, model: applyPatch(model, patch) })
  }
  if (reference) subjects.push({ name: 'reference', reference })
  if (systemPrompt !== undefined) {
    const text = systemPrompt === true ? {} : { systemPrompt }
    const under = systemPromptReference({ model, ...generation, ...text })
    subjects.push({ name: 'system prompt', reference: under })
  }
  return subjects
}

/**
 * Measures the subjects on the same prompts, and how far the first patched one is from the base. With `out`, responses and scores
 * are saved in the folder `<out>.run`, so that a stopped run can be resumed.
 */
export async function evaluateSubjects(
  { progress, signal }: CommandContext,
  [base, patched, ...others]: readonly EvaluationSubject[],
  options: {
    readonly prompts: readonly PatchPrompt[]
    readonly judge: Judge
    readonly generation: Generation
    readonly out: string | undefined
    readonly fresh: boolean | undefined
  },
): Promise<GridEvaluation | PatchEvaluation> {
  const { prompts, judge, generation, out, fresh } = options
  const directory = out === undefined ? undefined : `${out}.run`
  const common = {
    ...{ prompts, generation, directory, judges: [judge], onProgress: progress.report, signal },
  }
  const measure = () =>
    base && patched && 'model' in base && 'model' in patched
      ? evaluatePatch({
          ...common,
          model: base.model,
          patched: patched.model,
          name: patched.name,
          others,
        })
      : evaluateGrid({ ...common, subjects: [base, patched, ...others].filter((one) => one !== undefined) })
  if (directory === undefined) return measure()
  const run = { place: directory, option: '--out', fresh, folders: [directory] } as const
  return keptRun(progress, run, measure)
}
