import { PatchError } from '../errors.ts'
import { modelIdentity } from '../model/language-model/model-identity.ts'
import { sidesOfKind } from '../pairs/pair-recipe.ts'
import type { PreferencePair } from '../pairs/rows/preference-pair.ts'
import { kindNames, type PromptKind, sideOf } from '../pairs/rows/prompt-kind.ts'
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
import { resolveRun, type TrainRun } from './resolve-run.ts'
import { prefixStart } from './stage/prefix-start.ts'
import type { TrainPatchOptions } from './train-options.ts'
import { type Start, trainStages } from './train-stages.ts'
import { initPrefix } from './trainer/prefix-init.ts'
import { warnOfGate } from './warnings.ts'

/**
 * Trains a patch from start to finish, by the recipe of its domain: pairs (y⁺ from the reference, y⁻ from the model), filter,
 * SFT, DPO, the best checkpoint by refusal and over-refusal on held-out prompts, the patch with its recipe, and a check of its
 * effects. With a `directory`, the run is saved there; the same call resumes a stopped run and ends with the same patch.
 *
 * @throws PatchError `EMPTY_DATA` without data or when the filter drops all of it, `TRAINING_FAILED` if the reference does not do
 *   what the patch should learn or the loss diverges, `INVALID_ARGUMENT` for invalid options, `RESUME_MISMATCH` if the folder
 *   holds another run, `CONTEXT_EXCEEDED`, `NOT_FINITE`, `ABORTED`, `STORAGE_FAILED`.
 */
export async function trainPatch(asked: TrainPatchOptions): Promise<TrainedPatch> {
  const resolved = resolveRun(asked)
  checkTrainOptions(resolved)
  checkManifest(await describePatch(resolved, {}, {}))
  const { options, settings } = resolved
  const data = await prepareData(resolved)
  checkKinds(resolved, settings.dpo ? data.pairs : [...data.pairs, ...data.unpaired])
  if (settings.sft) checkPartWeights([...data.pairs, ...data.unpaired], settings.sft.partWeights)
  if (settings.dpo) checkPartWeights(data.pairs, settings.dpo.partWeights)
  const prefixOptions = await prefixStart(resolved, data)
  const run = { ...resolved, settings: { ...settings, prefix: prefixOptions } }
  const start = { prefix: initPrefix(options.model, { ...prefixOptions, seed: run.seed }) }
  const best = await trainStages(run, data, start)
  const gate = await trainRunGate(run, data)
  if (gate) warnOfGate(gate.figures, kindNames(data.prompts).target, options.onProgress)
  const prefix = gate ? { ...best.prefix, gate: gate.gate } : best.prefix
  const outcome = await outcomeOf(run, data, { ...best, prefix })
  const manifest = await describePatch(run, data.digests, { gate, outcome })
  const patch = await createPatch({ manifest, prefix })
  return { ...patch, outcome }
}

/** A patch, and its results on held-out prompts. */
export interface TrainedPatch extends Patch {
  /** Undefined if `check` was false, or if there were too few targets to hold some out. */
  readonly outcome: TrainOutcome | undefined
}

/** The patch's results on held-out prompts. */
async function outcomeOf(
  { options, settings, judge, directory }: TrainRun,
  data: PreparedData,
  { prefix, stage, step = 0, scores = {} }: Start,
): Promise<TrainOutcome | undefined> {
  const { check, format } = settings
  const prompts = (options.check || undefined)?.prompts ?? data.validation
  if (!check || !isEnough(options, prompts)) return undefined
  const { model, onProgress, signal } = options
  const outcome = await checkPatch({
    ...{ ...check, model, prefix, prompts, judge, format, directory, signal },
    checkpoint: stage && { stage, step, scores },
    onProgress: ({ stage: part, ...count }) => onProgress?.({ stage: 'check', part, ...count }),
  })
  onProgress?.({ stage: 'outcome', outcome })
  return outcome
}

/** The gate, unless it is disabled; by default only if there are enough prompts. */
async function trainRunGate(
  { options, settings, seed, directory }: TrainRun,
  { prompts: rows }: PreparedData,
): Promise<TrainedGate | undefined> {
  const { model, onProgress, signal } = options
  const { gate, format } = settings
  if (gate === false) return undefined
  const prompts = gatePrompts(rows, gate)
  const digest = await digestOf({
    gate,
    format,
    seed,
    prompts: prompts.map(({ prompt, kind, part }) => [prompt, kind, part]),
    model: await modelIdentity(model),
  })
  return patchGate(
    {
      ...{ ...gate, model, prompts, format, seed, signal },
      onProgress: (progress) => onProgress?.({ ...progress, stage: 'gate' }),
    },
    { directory, settings: digest },
  )
}

/** Throws if the filter dropped all pairs of a kind: the patch would learn only one side. */
function checkKinds({ options, domain }: TrainRun, kept: readonly PreferencePair[]): void {
  const { prompts = [], pairs = [] } = options
  // A recipe may make no pairs of some kinds.
  const rows = [...prompts.filter(({ kind }) => sidesOfKind(domain.pairs.sides, kind)), ...pairs]
  const has = (some: readonly { readonly kind: PromptKind }[], side: string) =>
    some.some(({ kind }) => sideOf(kind) === side)
  const lost = (['target', 'keep'] as const)
    .filter((side) => has(rows, side) && !has(kept, side))
    .map((side) => kindNames(rows)[side])
  if (lost.length === 0) return
  throw new PatchError('EMPTY_DATA', {
    expected: 'pairs of each kind of prompt that pass the filter',
    found: `no ${lost.join(' and no ')} pairs`,
    remedy: 'Check the pairs, loosen the thresholds, or use a reference that behaves as the patch should',
  })
}
