import type { Patch } from '@policypatch/core'
import {
  evaluationEffects,
  evaluationReport,
  type GridEvaluation,
  type Measurement,
  type PatchEvaluation,
  type ReportData,
  refusalRate,
} from '@policypatch/core/evaluate'
import type { PatchEffect } from '@policypatch/core/patch'
import { reportedPatch } from '../report/page/report-context.ts'
import type { SubjectAbility } from './ability.ts'

/** The JSON output of `eval`: each subject over all prompts, then the evaluation without its responses. */
export function evaluationSummary(evaluation: GridEvaluation | PatchEvaluation) {
  const { responses, ...rest } = evaluation
  const subjects = evaluation.subjects.map((name) => {
    const said = (responses[name] ?? []).filter((one) => one !== undefined)
    return { name, ...refusalRate(said), judge: evaluation.judges[0] }
  })
  const prompts = Object.values(responses)[0]?.length ?? 0
  return { prompts, subjects, evaluation: rest }
}

/** Measurements of refusal or another goal as report data, which `report` reads. */
export function evaluationData(
  evaluation: GridEvaluation | PatchEvaluation | undefined,
  {
    model,
    patch,
    settings,
  }: {
    readonly model: string
    readonly patch: Patch | undefined
    readonly settings: Readonly<Record<string, unknown>>
  },
): ReportData {
  const nothing = { subjects: [], judges: [], maxTokens: 0, cells: [], responses: {} }
  return evaluationReport(evaluation ?? nothing, {
    base: model,
    ...(patch && { domain: patch.manifest.domain, patch: reportedPatch(patch) }),
    settings,
  })
}

/** Adds the subjects' abilities to the data of a report. */
export function withAbility(data: ReportData, abilities: readonly SubjectAbility[]): ReportData {
  const able = abilities.flatMap(({ name, figures }) =>
    figures.map((figure): Measurement => ({ ...figure, subject: name })),
  )
  return { ...data, measurements: [...data.measurements, ...able] }
}

/** The effects that a patch's manifest records; empty if no patch was measured. */
export const recordedEffects = (evaluation: GridEvaluation | PatchEvaluation | undefined): PatchEffect[] =>
  evaluation && 'patched' in evaluation ? evaluationEffects(evaluation) : []
