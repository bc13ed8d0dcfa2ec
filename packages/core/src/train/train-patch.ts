import { PatchError } from '../errors.ts'
import { memoryStorage } from '../memory-storage.ts'
import type { Prefix } from '../model/language-model.ts'
import { modelIdentity, prefixDigest } from '../model/model-identity.ts'
import { refusalJudge } from '../pairs/judges/refusal-judge.ts'
import type { PreferencePair } from '../pairs/preference-pair.ts'
import { sourceMark } from '../pairs/source-mark.ts'
import { createPatch } from '../patch/create-patch.ts'
import { checkManifest } from '../patch/parse-manifest.ts'
import type { Patch } from '../patch/patch.ts'
import { digestOf } from '../sha256.ts'
import { addTeachers } from './add-teachers.ts'
import { checkTrainOptions } from './check-train-options.ts'
import { describePatch } from './describe-patch.ts'
import type { TrainingExample } from './example.ts'
import { gatePrompts, patchGate } from './gate/patch-gate.ts'
import type { TrainedGate } from './gate/train-gate.ts'
import type { Objective } from './objective.ts'
import { checkPartWeights, oversample } from './oversample.ts'
import { initPrefix } from './prefix-init.ts'
import { PrefixTrainer } from './prefix-trainer.ts'
import { type PreparedData, prepareData } from './prepare-data.ts'
import { addReferenceLogps } from './reference-logps.ts'
import { type ResolvedOptions, resolveOptions } from './resolve-options.ts'
import { finishedStage, runStage } from './run-stage.ts'
import { drawnIndices } from './sampler.ts'
import { stageObjective } from './stage-objective.ts'
import { tokenizePairs } from './tokenize-pairs.ts'
import type { StageTraining, TrainPatchOptions } from './train-options.ts'
import { type ValidationScores, validatePrefix } from './validate-prefix.ts'

/**
 * Trains a patch from start to finish: pairs (y⁺ from the reference, y⁻ from the model), filter, SFT, DPO, the best
 * checkpoint by refusal and over-refusal on prompts set apart, and the patch with its recipe. With a storage the run
 * is kept in its folder; the same call after a stop goes on where it stood and ends with the same patch.
 *
 * @throws PatchError `EMPTY_DATA` without data or when the filter drops all of it, `INVALID_ARGUMENT` for options
 *   that do not fit, `RESUME_MISMATCH` where the folder holds another run, `CONTEXT_EXCEEDED`, `NOT_FINITE`,
 *   `ABORTED`, `STORAGE_FAILED`.
 */
export async function trainPatch(options: TrainPatchOptions): Promise<Patch> {
  const resolved = resolveOptions(options)
  checkTrainOptions(options, resolved)
  const run = startRun(options, resolved)
  checkManifest(await describePatch(run, {}))
  let best: Start = { prefix: initPrefix(options.model, { ...resolved.prefix, seed: run.seed }) }
  const data = await prepareData(options, resolved, run.judge, run.directory)
  checkKinds(options, resolved.dpo ? data.pairs : [...data.pairs, ...data.unpaired])
  if (resolved.sft) checkPartWeights([...data.pairs, ...data.unpaired], resolved.sft.partWeights)
  if (resolved.dpo) checkPartWeights(data.pairs, resolved.dpo.partWeights)
  if (resolved.sft) best = await trainSft(run, data, best)
  if (resolved.dpo) best = await trainDpo(run, data, best)
  const trained = await trainRunGate(run, data)
  return createPatch({
    manifest: await describePatch(run, data.digests, trained),
    prefix: trained ? { ...best.prefix, gate: trained.gate } : best.prefix,
    ...(options.storage && { storage: options.storage }),
  })
}

type Run = ReturnType<typeof startRun>

/** Where a stage begins: a prefix, and its validation scores where the stage before it took them. */
interface Start {
  readonly prefix: Prefix
  readonly scores?: ValidationScores
}

function startRun(options: TrainPatchOptions, resolved: ResolvedOptions) {
  const {
    storage = memoryStorage(),
    directory = 'policypatch-run',
    judge = refusalJudge(),
    seed = 0,
  } = options
  return { options, resolved, storage, directory, judge, seed }
}

async function trainSft(run: Run, data: PreparedData, start: Start): Promise<Start> {
  const { model, reference, signal } = run.options
  const { format, distillation, sft } = run.resolved
  if (!sft) return start
  const objective = stageObjective('sft', run.resolved)
  return trainStage(run, data, { stage: 'sft', objective, start }, async () => {
    const pairs = [...data.pairs, ...data.unpaired]
    const tokenized = tokenizePairs(model, pairs, tokenizing(run, start.prefix, sft))
    const teaching = distillation && { model, reference, format, distillation, ...(signal && { signal }) }
    const taught = teaching ? await addTeachers(pairs, tokenized, teaching) : tokenized
    const rows = taught.map((example, index) => ({ example, part: pairs[index]?.part }))
    return oversample(rows, sft.partWeights).map(({ example }) => example)
  })
}

async function trainDpo(run: Run, data: PreparedData, start: Start): Promise<Start> {
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
  if (finished) return finished
  const examples = await prepare()
  const trainer = new PrefixTrainer({ ...training, model, prefix, objective, examples, seed })
  const { maxTokens = 1, every } = validation || {}
  const watch = { model, prompts: data.validation, judge, format: resolved.format, maxTokens, batchSize: 32 }
  try {
    return await runStage({
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
      onValidation: (step, scores) => onProgress?.({ stage: 'validation', of: stage, step, scores }),
      ...(signal && { signal }),
    })
  } finally {
    await trainer.dispose()
  }
}

/** The gate, unless there shall be none; by default only where there are prompts enough for one. */
async function trainRunGate(
  { options, resolved, seed, storage, directory }: Run,
  { prompts: rows }: PreparedData,
): Promise<TrainedGate | undefined> {
  const { model, onProgress, signal } = options
  const { gate, format } = resolved
  if (gate === false) return undefined
  const prompts = gatePrompts(rows, gate)
  const settings = await digestOf({
    gate,
    format,
    seed,
    prompts: prompts.map(({ prompt, kind, part }) => [prompt, kind, part]),
    model: await modelIdentity(model),
  })
  return patchGate(
    {
      ...{ ...gate, model, prompts, format, seed },
      onProgress: (done, total) => onProgress?.({ stage: 'gate', done, total }),
      ...(signal && { signal }),
    },
    { storage, directory, settings },
  )
}

/** Digest of all that a stage's course depends on, so that a checkpoint is taken up by its own run alone. */
async function stageDigest(run: Run, data: PreparedData, { stage, objective, start }: Stage) {
  const { model, reference } = run.options
  return digestOf({
    stage,
    objective,
    // What comes after SFT may change without SFT being done again.
    options: { ...run.resolved, gate: undefined, ...(stage === 'sft' && { dpo: undefined }) },
    seed: run.seed,
    data: data.digests,
    judge: await sourceMark(run.judge),
    reference: reference ? await sourceMark(reference) : null,
    model: await modelIdentity(model),
    prefix: await prefixDigest(start.prefix),
  })
}

/** A kind of prompt that was given must not vanish in the filter: the patch would learn one side only. */
function checkKinds({ prompts = [], pairs = [] }: TrainPatchOptions, kept: readonly PreferencePair[]): void {
  const lost = (['harmful', 'harmless'] as const).filter(
    (kind) =>
      [...prompts, ...pairs].some((row) => row.kind === kind) && !kept.some((row) => row.kind === kind),
  )
  if (lost.length === 0) return
  throw new PatchError('EMPTY_DATA', {
    expected: 'pairs of each kind of prompt that pass the filter',
    found: `none that is ${lost.join(', and none that is ')}`,
    remedy: 'Look at the pairs, loosen the thresholds, or choose a reference that does what it should',
  })
}
