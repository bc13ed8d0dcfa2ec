import { PatchError } from '../errors.ts'
import { modelIdentity } from '../model/language-model/model-identity.ts'
import type { PreferencePair } from '../pairs/rows/preference-pair.ts'
import { kindNames, sideOf } from '../pairs/rows/prompt-kind.ts'
import type { Patch } from '../patch/patch.ts'
import { createPatch } from '../patch/release/create-patch.ts'
import { checkManifest } from '../patch/release/parse-manifest.ts'
import { digestOf } from '../sha256.ts'
import { checkTrainOptions } from './check-train-options.ts'
import { describePatch } from './describe-patch.ts'
import { checkPartWeights } from './examples/oversample.ts'
import { gatePrompts, patchGate } from './gate/patch-gate.ts'
import type { TrainedGate } from './gate/train-gate.ts'
import { checkPatch } from './outcome/check-patch.ts'
import type { TrainOutcome } from './outcome/train-outcome.ts'
import { isEnough, type PreparedData, prepareData } from './prepare-data.ts'
import { resolveOptions } from './resolve-options.ts'
import type { TrainPatchOptions } from './train-options.ts'
import { type Run, type Start, startRun, trainDpo, trainSft } from './train-stages.ts'
import { initPrefix } from './trainer/prefix-init.ts'
import { warnOfGate } from './warnings.ts'

/**
 * Trains a patch from start to finish: pairs (y⁺ from the reference, y⁻ from the model), filter, SFT, DPO, the best
 * checkpoint by refusal and over-refusal on held-out prompts, the patch with its recipe, and a check of its effects. With a
 * storage, the run is saved in its folder; the same call resumes a stopped run and ends with the same patch.
 *
 * @throws PatchError `EMPTY_DATA` without data or when the filter drops all of it, `TRAINING_FAILED` if the reference does
 *   not do what the patch should learn or the loss diverges, `INVALID_ARGUMENT` for invalid options, `RESUME_MISMATCH` if the
 *   folder holds another run, `CONTEXT_EXCEEDED`, `NOT_FINITE`, `ABORTED`, `STORAGE_FAILED`.
 */
export async function trainPatch(options: TrainPatchOptions): Promise<TrainedPatch> {
  const resolved = resolveOptions(options)
  checkTrainOptions(options, resolved)
  const run = startRun(options, resolved)
  checkManifest(await describePatch(run, {}, {}))
  let best: Start = { prefix: initPrefix(options.model, { ...resolved.prefix, seed: run.seed }) }
  const data = await prepareData(options, resolved, run.judge, run.directory)
  checkKinds(options, resolved.dpo ? data.pairs : [...data.pairs, ...data.unpaired])
  if (resolved.sft) checkPartWeights([...data.pairs, ...data.unpaired], resolved.sft.partWeights)
  if (resolved.dpo) checkPartWeights(data.pairs, resolved.dpo.partWeights)
  if (resolved.sft) best = await trainSft(run, data, best)
  if (resolved.dpo) best = await trainDpo(run, data, best)
  const gate = await trainRunGate(run, data)
  if (gate) warnOfGate(gate.figures, kindNames(data.prompts).target, options.onProgress)
  const prefix = gate ? { ...best.prefix, gate: gate.gate } : best.prefix
  const outcome = await outcomeOf(run, data, { ...best, prefix })
  const manifest = await describePatch(run, data.digests, { gate, outcome })
  const patch = await createPatch({
    ...{ manifest, prefix },
    ...(options.storage && { storage: options.storage }),
  })
  return { ...patch, outcome }
}

/** A patch, and its results on held-out prompts. */
export interface TrainedPatch extends Patch {
  /** Undefined if `check` was false, or if there were too few targets to hold some out. */
  readonly outcome: TrainOutcome | undefined
}

/** What the patch does on the prompts that were held out. */
async function outcomeOf(
  { options, resolved, judge, storage, directory }: Run,
  data: PreparedData,
  { prefix, stage, step = 0, scores = {} }: Start,
): Promise<TrainOutcome | undefined> {
  const { check, format } = resolved
  const prompts = (options.check || undefined)?.prompts ?? data.validation
  if (!check || !isEnough(options, prompts)) return undefined
  const { model, onProgress, signal } = options
  const outcome = await checkPatch({
    ...{ ...check, model, prefix, prompts, judge, format, storage, directory, signal },
    checkpoint: stage && { stage, step, scores },
    onProgress: ({ stage: part, ...count }) => onProgress?.({ stage: 'check', part, ...count }),
  })
  onProgress?.({ stage: 'outcome', outcome })
  return outcome
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

/** A kind of prompt that was given must not vanish in the filter: the patch would learn one side only. */
function checkKinds({ prompts = [], pairs = [] }: TrainPatchOptions, kept: readonly PreferencePair[]): void {
  const rows = [...prompts, ...pairs]
  const has = (some: readonly PreferencePair['kind'][], side: string) =>
    some.some((kind) => sideOf(kind) === side)
  const kinds = (some: readonly { readonly kind: PreferencePair['kind'] }[]) => some.map(({ kind }) => kind)
  const lost = (['target', 'keep'] as const)
    .filter((side) => has(kinds(rows), side) && !has(kinds(kept), side))
    .map((side) => kindNames(rows)[side])
  if (lost.length === 0) return
  throw new PatchError('EMPTY_DATA', {
    expected: 'pairs of each kind of prompt that pass the filter',
    found: `no ${lost.join(' and no ')} pairs`,
    remedy: 'Check the pairs, loosen the thresholds, or use a reference that behaves as the patch should',
  })
}
