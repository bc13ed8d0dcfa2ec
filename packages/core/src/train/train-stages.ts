import type { Prefix } from '../model/language-model/language-model.ts'
import { modelIdentity, prefixDigest } from '../model/language-model/model-identity.ts'
import { responseTokens } from '../model/score/row-layout.ts'
import { sourceMark } from '../pairs/responses/response-journal.ts'
import type { PreferencePair } from '../pairs/rows/preference-pair.ts'
import { isTarget } from '../pairs/rows/prompt-kind.ts'
import { digestOf } from '../sha256.ts'
import { within } from '../storage/place.ts'
import { addTeachers } from './examples/add-teachers.ts'
import type { TrainingExample } from './examples/example.ts'
import { oversample } from './examples/oversample.ts'
import { addReferenceLogps } from './examples/reference-logps.ts'
import { tokenizePairs } from './examples/tokenize-pairs.ts'
import type { PreparedData } from './prepare-data.ts'
import type { TrainRun } from './resolve-run.ts'
import { isGoal, responseLimit, stageObjective } from './run-settings.ts'
import type { BestPrefix } from './stage/checkpoint.ts'
import { finishedStage, runStage, type StageName } from './stage/run-stage.ts'
import { type ValidationScores, validatePrefix } from './stage/validate-prefix.ts'
import type { StageTraining } from './train-options.ts'
import { PrefixTrainer } from './trainer/prefix-trainer.ts'
import { drawnIndices } from './trainer/sampler.ts'
import { warnOfCuts, warnOfScores } from './warnings.ts'

/** Where a stage starts: a prefix, and its validation scores if the previous stage computed them. */
export interface Start {
  readonly prefix: Prefix
  readonly scores?: ValidationScores
  /** The stage that it comes from, and the step. */
  readonly stage?: StageName
  readonly step?: number
}

/** Runs the stages of a run in order and returns the final prefix. */
export async function trainStages(run: TrainRun, data: PreparedData, start: Start): Promise<Start> {
  let best = start
  for (const stage of run.stages) best = await trainStage(run, data, stage, best)
  return best
}

/** The examples that a stage learns from. */
const examplesOf: Readonly<
  Record<
    StageName,
    (run: TrainRun, data: PreparedData, prefix: Prefix) => Promise<readonly TrainingExample[]>
  >
> = {
  async sft(run, data, prefix) {
    const { model, signal } = run.options
    const { reference, settings } = run
    const { format, distillation } = settings
    const sft: StageTraining = settings.sft || {}
    const pairs = [...data.pairs, ...data.unpaired]
    warnOfLongAnswers(run, pairs, sft)
    const tokenized = tokenizePairs(model, pairs, tokenizing(run, prefix, sft))
    const teaching = distillation && { model, reference, format, distillation, signal }
    const taught = teaching ? await addTeachers(pairs, tokenized, teaching) : tokenized
    const rows = taught.map((example, index) => ({ example, part: pairs[index]?.part }))
    return oversample(rows, sft.partWeights).map(({ example }) => example)
  },
  async dpo(run, data, prefix) {
    const { model, onProgress, signal } = run.options
    const { reference, settings } = run
    const { format, dpo } = settings
    if (!dpo) return []
    // The reference's log-probabilities cost a forward pass, so they are computed only for pairs that a step will use.
    const rows = oversample(data.pairs, dpo.partWeights)
    const kinds = rows.map(({ kind }) => kind)
    const drawn = drawnIndices(kinds, { ...dpo, seed: run.seed })
    const pairs = drawn.map((index) => rows[index] as PreferencePair)
    return addReferenceLogps(pairs, tokenizePairs(model, pairs, tokenizing(run, prefix, dpo)), {
      ...{ model, prefix, reference, format, signal },
      dpoReference: dpo.reference,
      onProgress: (done) => onProgress?.({ stage: 'logps', done, total: pairs.length }),
    })
  },
}

/** For a goal that shows only at an answer's end, such as JSON, the end must be learned. */
function warnOfLongAnswers(
  { options, settings }: TrainRun,
  pairs: readonly PreferencePair[],
  stage: StageTraining,
): void {
  if (!isGoal(options)) return
  const limit = responseLimit(settings, stage)
  const targets = pairs.filter(({ kind }) => isTarget(kind))
  const cut = targets.filter(({ chosen }) => responseTokens(options.model.tokenizer, chosen).length > limit)
  warnOfCuts(cut.length, targets.length, limit, options.onProgress)
}

const tokenizing = ({ settings }: TrainRun, prefix: Prefix, stage: StageTraining) => ({
  format: settings.format,
  prefixLength: prefix.length,
  maxResponseTokens: responseLimit(settings, stage),
})

async function trainStage(run: TrainRun, data: PreparedData, stage: StageName, start: Start): Promise<Start> {
  const { options, settings, directory, judge, seed, checkpointEvery } = run
  const { model, onProgress, signal } = options
  const training = settings[stage]
  if (!training) return start
  const { steps } = training
  const { prefix, scores } = start
  const { validation } = settings
  const objective = stageObjective(stage, settings)
  const checkpoint = {
    ...within(directory, `${stage}.safetensors`),
    steps,
    settings: await stageDigest(run, data, stage, start),
  }
  const finished = await finishedStage(checkpoint)
  if (finished) return endOf(stage, start, finished)
  const examples = await examplesOf[stage](run, data, prefix)
  // Training needs the memory of the programs that made the pairs.
  await model.releasePrograms()
  const trainer = new PrefixTrainer({ ...training, model, prefix, objective, examples, seed })
  const { maxTokens = 1, every } = validation || {}
  const watch = {
    model,
    prompts: data.validation,
    judge,
    format: settings.format,
    maxTokens,
    batchSize: 32,
    signal,
  }
  try {
    const best = await runStage({
      ...checkpoint,
      trainer,
      ...{ checkpointEvery, signal },
      validateEvery: every ?? Math.max(1, Math.ceil(steps / 4)),
      validate:
        validation && data.validation.length > 0
          ? (candidate: Prefix) => validatePrefix(candidate, watch)
          : undefined,
      initial: scores,
      onMetrics: (metrics) => onProgress?.({ stage, done: metrics.step, total: steps, metrics }),
      onValidation: (step, scores) => {
        onProgress?.({ stage: 'validation', of: stage, step, scores })
        warnOfScores(scores, { stage, step, last: step === steps && stage === run.stages.at(-1) }, onProgress)
      },
    })
    return endOf(stage, start, best)
  } finally {
    await trainer.dispose()
  }
}

/** A stage without improvement returns its start. */
const endOf = (stage: StageName, start: Start, { step, ...best }: BestPrefix): Start =>
  step === 0 ? { ...start, ...best } : { ...best, stage, step }

/** Digest of everything that affects a stage, so that only its own run resumes a checkpoint. */
async function stageDigest(run: TrainRun, data: PreparedData, stage: StageName, start: Start) {
  const { options, settings, reference } = run
  return digestOf({
    stage,
    objective: stageObjective(stage, settings),
    // What comes after SFT may change without repeating SFT.
    options: {
      ...{ ...settings, gate: undefined, check: undefined, minimumReferenceShare: undefined },
      dpo: stage === 'sft' ? undefined : settings.dpo,
    },
    seed: run.seed,
    data: data.digests,
    judge: await sourceMark(run.judge),
    reference: reference ? await sourceMark(reference) : null,
    model: await modelIdentity(options.model),
    prefix: await prefixDigest(start.prefix),
  })
}
