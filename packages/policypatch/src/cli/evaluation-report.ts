import {
  evaluationEffects,
  type GridEvaluation,
  type PatchEffect,
  type PatchEvaluation,
  refusalRate,
} from '@policypatch/core'

/** What `eval` gives to programs: each subject over all prompts, then the evaluation, without its responses. */
export function evaluationReport(evaluation: GridEvaluation | PatchEvaluation) {
  const { responses, ...rest } = evaluation
  const subjects = evaluation.subjects.map((name) => {
    const said = (responses[name] ?? []).filter((one) => one !== undefined)
    return { name, ...refusalRate(said), judge: evaluation.judges[0] }
  })
  const prompts = Object.values(responses)[0]?.length ?? 0
  return { prompts, subjects, evaluation: rest }
}

/** What a patch's manifest records of it; nothing where no patch was measured. */
export const recordedEffects = (evaluation: GridEvaluation | PatchEvaluation | undefined): PatchEffect[] =>
  evaluation && 'patched' in evaluation ? evaluationEffects(evaluation) : []
