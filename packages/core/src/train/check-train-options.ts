import { PatchError } from '../errors.ts'
import { isTarget } from '../pairs/rows/prompt-kind.ts'
import { distributionsOf } from './examples/add-teachers.ts'
import { scoreTotalsOf } from './examples/reference-logps.ts'
import type { TrainRun } from './resolve-run.ts'
import { type RunSettings, stageObjective } from './run-settings.ts'
import { initPrefix } from './trainer/prefix-init.ts'
import { checkTraining } from './trainer/training-settings.ts'

/** Checks the options of a whole run before it starts, so that no error shows up only after hours. Throws `INVALID_ARGUMENT`. */
export function checkTrainOptions({ options, settings, stages, reference, checkpointEvery }: TrainRun): void {
  const { prompts = [], pairs = [] } = options
  // Only for its errors: the start itself may depend on the data.
  const { init, ...start } = settings.prefix
  initPrefix(options.model, { ...start, init: init === 'likeliest' ? 'text' : init })
  for (const stage of stages) {
    const training = settings[stage]
    if (training) checkTraining({ ...training, objective: stageObjective(stage, settings) })
  }
  const { dpo, sft, distillation, maxResponseTokens, validation } = settings
  if (dpo && dpo.reference === 'reference') scoreTotalsOf(reference)
  const targets = [...prompts, ...pairs].some(({ kind }) => isTarget(kind))
  if (sft && distillation && (targets || distillation.harmless === 'reference')) distributionsOf(reference)
  const { share = 0, limit = 1, every = 1, maxTokens = 1 } = validation || {}
  const { check, minimumReferenceShare } = settings
  const problems = [
    !isCount(maxResponseTokens) && `maxResponseTokens ${maxResponseTokens}`,
    ...Object.entries({ sft, dpo }).map(
      ([stage, training]) =>
        training &&
        !isCount(training.maxResponseTokens ?? 1) &&
        `${stage}.maxResponseTokens ${training.maxResponseTokens}`,
    ),
    !isCount(checkpointEvery) && `checkpointEvery ${checkpointEvery}`,
    !(share >= 0 && share < 1) && `validation.share ${share}`,
    !(limit >= 0) && `validation.limit ${limit}`,
    !isCount(every) && `validation.every ${every}`,
    !isCount(maxTokens) && `validation.maxTokens ${maxTokens}`,
    ...(check ? checkProblems(check) : []),
    !isShare(minimumReferenceShare) && `minimumReferenceShare ${minimumReferenceShare}`,
    distillation && !isCount(distillation.k) && `distillation.k ${distillation.k}`,
  ].filter((problem) => typeof problem === 'string')
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'numbers of tokens, steps and rows of at least 1, and shares in [0, 1]',
    found: problems.join(', '),
    remedy: 'Correct these options',
  })
}

function checkProblems(check: Exclude<RunSettings['check'], false>) {
  const { share, limit, maxTokens, minimumWanted, maximumLoss } = check
  return [
    !(share >= 0 && share < 1) && `check.share ${share}`,
    !(limit >= 0) && `check.limit ${limit}`,
    !isCount(maxTokens) && `check.maxTokens ${maxTokens}`,
    !isShare(minimumWanted) && `check.minimumWanted ${minimumWanted}`,
    !isShare(maximumLoss) && `check.maximumLoss ${maximumLoss}`,
  ]
}

const isShare = (value: number) => value >= 0 && value <= 1
const isCount = (value: number) => Number.isInteger(value) && value > 0
