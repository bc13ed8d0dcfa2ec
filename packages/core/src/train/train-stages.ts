import type { Prefix } from '../model/language-model/language-model.ts'
import { modelIdentity, prefixDigest } from '../model/language-model/model-identity.ts'
import { responseTokens } from '../model/score/row-layout.ts'
import { refusalJudge } from '../pairs/judges/refusal-judge.ts'
import { sourceMark } from '../pairs/responses/response-journal.ts'
import type { PreferencePair } from '../pairs/rows/preference-pair.ts'
import { isTarget } from '../pairs/rows/prompt-kind.ts'
import { digestOf } from '../sha256.ts'
import { memoryStorage } from '../storage/memory-storage.ts'
import { addTeachers } from './examples/add-teachers.ts'
import type { TrainingExample } from './examples/example.ts'
import { oversample } from './examples/oversample.ts'
import { addReferenceLogps } from './examples/reference-logps.ts'
import { tokenizePairs } from './examples/tokenize-pairs.ts'
import type { PreparedData } from './prepare-data.ts'
import { isGoal, type ResolvedOptions, stageObjective } from './resolve-options.ts'
import type { BestPrefix } from './stage/checkpoint.ts'
import { finishedStage, runStage } from './stage/run-stage.ts'
import { type ValidationScores, validatePrefix } from './stage/validate-prefix.ts'
import type { StageTraining, TrainPatchOptions } from './train-options.ts'
import type { Objective } from './trainer/objective.ts'
import { PrefixTrainer } from './trainer/prefix-trainer.ts'
import { drawnIndices } from './trainer/sampler.ts'
import { warnOfCuts, warnOfScores } from './warnings.ts'

/** A run: what was given, and what that comes to. */
export type Run = ReturnType<typeof startRun>

/** Where a stage begins: a prefix, and its validation scores where the stage before it took them. */
export interface Start {
  readonly prefix: Prefix
  readonly scores?: ValidationScores
  /** The stage that it comes from, and the step. */
  readonly stage?: 'sft' | 'dpo'
  readonly step?: number
}

export function startRun(options: TrainPatchOptions, resolved: ResolvedOptions) {
  const {
    storage = memoryStorage(),
    directory = 'policypatch-run',
    judge = refusalJudge(),
    seed = 0,
  } = options
  return { options, resolved, storage, directory, judge, seed }
}

/** The prefix after SFT. */
export async function trainSft(run: Run, data: PreparedData, start: Start): Promise<Start> {
  const { model, reference, signal } = run.options
  const { format, distillation, sft } = run.resolved
  if (!sft) return start
  const objective = stageObjective('sft', run.resolved)
  return trainStage(run, data, { stage: 'sft', objective, start }, async () => {
    const pairs = [...data.pairs, ...data.unpaired]
    warnOfLongAnswers(run, pairs, sft)
    const tokenized = tokenizePairs(model, pairs, tokenizing(run, start.prefix, sft))
    const teaching = distillation && { model, reference, format, distillation, ...(signal && { signal }) }
    const taught = teaching ? await addTeachers(pairs, tokenized, teaching) : tokenized
    const rows = taught.map((example, index) => ({ example, part: pairs[index]?.part }))
    return oversample(rows, sft.partWeights).map(({ example }) => example)
  })
}

/** The prefix after DPO. */
export async function trainDpo(run: Run, data: PreparedData, start: Start): Promise<Start> {
  const { dpo, format } = run.resolved
  const { model, reference, signal } = run.options
  if (!dpo) return start
  const objective = stageObjective('dpo', run.resolved)
  return trainStage(run, data, { stage: 'dpo', objective, start }, () => {
    // The reference's log-probabilities cost a forward pass: only for pairs that a step will see.
    const rows = oversample(data.pairs, dpo.partWeights)
    const kinds = rows.map(({ kind }) => kind)
    const drawn = drawnIndices(kinds, { ...dpo, seed: run.seed })
    const pairs = drawn.map((index) => rows[index] as PreferencePair)
    return addReferenceLogps(pairs, tokenizePairs(model, pairs, tokenizing(run, start.prefix, dpo)), {
      model,
      dpoReference: dpo.reference,
      prefix: start.prefix,
      reference,
      format,
      onProgress: (done) => run.options.onProgress?.({ stage: 'logps', done, total: pairs.length }),
      signal,
    })
  })
}

/** Of a goal that shows only at an answer's end, such as JSON, the end must be learned. */
function warnOfLongAnswers(
  { options, resolved }: Run,
  pairs: readonly PreferencePair[],
  stage: StageTraining,
): void {
  if (!isGoal(options)) return
  const limit = stage.maxResponseTokens ?? resolved.maxResponseTokens
  const targets = pairs.filter(({ kind }) => isTarget(kind))
  const cut = targets.filter(({ chosen }) => responseTokens(options.model.tokenizer, chosen).length > limit)
  warnOfCuts(cut.length, targets.length, limit, options.onProgress)
}

const tokenizing = ({ resolved }: Run, prefix: Prefix, stage: StageTraining) => ({
  format: resolved.format,
  prefixLength: prefix.length,
  maxResponseTokens: stage.maxResponseTokens ?? resolved.maxResponseTokens,
})

interface Stage {
  readonly stage: 'sft' | 'dpo'
  readonly objective: Objective
  readonly start: Start
}

/** @param prepare what the stage learns from: asked for unless the stage is finished already */
async function trainStage(
  run: Run,
  data: PreparedData,
  { stage, objective, start }: Stage,
  prepare: () => Promise<readonly TrainingExample[]>,
): Promise<Start> {
  const { options, resolved, storage, directory, judge, seed } = run
  const { model, onProgress, signal } = options
  const training = resolved[stage]
  if (!training) return start
  const { steps } = training
  const { prefix, scores } = start
  const { validation } = resolved
  const checkpoint = {
    ...{ steps, storage, path: `${directory}/${stage}.safetensors` },
    settings: await stageDigest(run, data, { stage, objective, start }),
  }
  const finished = await finishedStage(checkpoint)
  if (finished) return endOf(stage, start, finished)
  const examples = await prepare()
  const trainer = new PrefixTrainer({ ...training, model, prefix, objective, examples, seed })
  const { maxTokens = 1, every } = validation || {}
  const watch = { model, prompts: data.validation, judge, format: resolved.format, maxTokens, batchSize: 32 }
  try {
    const best = await runStage({
      ...checkpoint,
      trainer,
      checkpointEvery: options.checkpointEvery ?? 10,
      validateEvery: every ?? Math.max(1, Math.ceil(steps / 4)),
      ...(validation && data.validation.length > 0
        ? {
            validate: (candidate: Prefix) =>
              validatePrefix(candidate, { ...watch, ...(signal && { signal }) }),
          }
        : {}),
      ...(scores && { initial: scores }),
      onMetrics: (metrics) => onProgress?.({ stage, done: metrics.step, total: steps, metrics }),
      onValidation: (step, scores) => {
        onProgress?.({ stage: 'validation', of: stage, step, scores })
        warnOfScores(scores, { stage, step, last: step === steps && isLast(stage, resolved) }, onProgress)
      },
      ...(signal && { signal }),
    })
    return endOf(stage, start, best)
  } finally {
    await trainer.dispose()
  }
}

/** A stage that betters nothing gives back where it began. */
const endOf = (stage: 'sft' | 'dpo', start: Start, { step, ...best }: BestPrefix): Start =>
  step === 0 ? { ...start, ...best } : { ...best, stage, step }

const isLast = (stage: 'sft' | 'dpo', { dpo }: ResolvedOptions) => stage === 'dpo' || !dpo

/** Digest of all that a stage's course depends on, so that a checkpoint is taken up by its own run alone. */
async function stageDigest(run: Run, data: PreparedData, { stage, objective, start }: Stage) {
  const { model, reference } = run.options
  return digestOf({
    stage,
    objective,
    // What comes after SFT may change without SFT being done again.
    options: {
      ...{ ...run.resolved, gate: undefined, check: undefined, minimumReferenceShare: undefined },
      ...(stage === 'sft' && { dpo: undefined }),
    },
    seed: run.seed,
    data: data.digests,
    judge: await sourceMark(run.judge),
    reference: reference ? await sourceMark(reference) : null,
    model: await modelIdentity(model),
    prefix: await prefixDigest(start.prefix),
  })
}
