import {
  type Domain,
  type LanguageModel,
  type Patch,
  PatchError,
  type PatchPrompt,
  type PreferencePair,
  type TrainPatchOptions,
  trainPatch,
} from '@policypatch/core'
import { reportEffects } from '@policypatch/core/evaluate'
import type { PromptContext } from '@policypatch/core/pairs'
import { withEffects } from '@policypatch/core/patch'
import { createRandom } from '@policypatch/core/platform'
import { heldOutForCheck, type TrainingPreset, trainingDefaults } from '@policypatch/core/train'
import type { CommandContext } from '../cli/command-context.ts'
import { type DomainFigures, domainSubjects, measureSubjects, subjectOf } from '../measure/domain-figures.ts'
import type { ReferenceSource } from '../options/open-reference.ts'
import type { PairOptions } from '../options/pair-options.ts'
import { type TrainingOptions, trainingOf } from '../options/training-options.ts'
import { makeDomainPairs } from './domain-pairs.ts'
import { reportTraining } from './report-training.ts'

export interface TrainOnDomainOptions {
  readonly domain: Domain
  readonly model: LanguageModel
  readonly source: ReferenceSource | undefined
  /** Pairs, or prompts to make pairs from. */
  readonly data: Pick<TrainPatchOptions, 'pairs' | 'prompts'>
  readonly contexts: readonly PromptContext[] | 'default' | undefined
  /** Folder of the run. */
  readonly directory: string
}

/** A patch, and the domain's figures for the base and the patched model. */
export interface TrainedOnDomain {
  readonly patch: Patch
  /** Undefined if not wanted, or if there were too few prompts to hold some out. */
  readonly figures: DomainFigures | undefined
}

/** Maximum samples per prompt in the short evaluation after training, even if the domain has more. */
const mostSamples = 5

/**
 * Trains with a domain's recipe, then measures the base and the patched model on held-out prompts. The manifest records the
 * figures.
 */
export async function trainOnDomain(
  context: CommandContext,
  options: PairOptions & TrainingOptions,
  { domain, model, source, data, contexts, directory }: TrainOnDomainOptions,
): Promise<TrainedOnDomain> {
  const { seed, preset, eval: check } = options
  const training = trainingOf(options, domain)
  if (training.distillation ?? domain.training.distillation) needDistributions(domain, source)
  const rows = data.pairs ?? data.prompts ?? []
  const { train, apart } = check ? setApart(rows, { seed, preset }) : { train: rows, apart: [] }
  const pairs = data.pairs
    ? (train as readonly PreferencePair[])
    : await makeDomainPairs(context, domain, options, {
        ...{ model, contexts, prompts: train, path: `${directory}/pairs.jsonl`, batchSize: 32 },
        source: source as ReferenceSource,
      })
  const { progress, signal } = context
  const reference = source?.at({ maxTokens: 64, temperature: 0, seed, format: domain.format })
  const patch = await trainPatch({
    ...training,
    ...{ domain, model, pairs, reference, seed, directory, signal },
    // Replaced by the domain's own figures.
    check: false,
    checkpointEvery: 1,
    onProgress: reportTraining(progress),
  })
  if (apart.length === 0) {
    if (check) progress.line(`warning: too few prompts to hold some out: ${domain.name} is not measured`)
    return { patch, figures: undefined }
  }
  const { samples } = domain.sampling
  const figures = await measureSubjects(context, domain, domainSubjects(model, { patches: [patch] }), {
    ...{
      prompts: apart,
      data: 'held-out prompts',
      batchSize: 32,
      seed,
      directory: `${directory}/evaluation`,
    },
    sampling: { samples: Math.min(samples, mostSamples) },
  })
  const effects = reportEffects(figures.measurements, { subject: subjectOf(patch) })
  return { patch: await withEffects(patch, effects), figures }
}

/** Whether the patch improves at least one of its domain's figures. */
export function betters({ measurements }: DomainFigures, subject: string): boolean {
  return measurements.some((after) => {
    const before = measurements.find(
      (one) =>
        one.subject === 'base' &&
        one.metric === after.metric &&
        one.judge === after.judge &&
        one.data === after.data,
    )
    if (!before || after.subject !== subject) return false
    return after.better === 'higher' ? after.value > before.value : after.value < before.value
  })
}

function needDistributions({ name, format }: Domain, source: ReferenceSource | undefined): void {
  const reference = source?.at({ maxTokens: 1, temperature: 0, seed: 0, format })
  if (reference?.scoreTop) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a reference with distributions, which the recipe of ${name} needs: a model, adapter:DIR or system-prompt[:FILE]`,
    found: reference ? `${reference.name}, which gives only answers` : 'no --reference',
    remedy: 'Use such a reference, or skip distillation with --distill 0',
  })
}

/** Rows to train on, and prompts held out from training. */
export interface SetApart<Row> {
  readonly train: readonly Row[]
  readonly apart: readonly PatchPrompt[]
}

/**
 * Holds out prompts of each kind for the check after training, drawn by the seed: none of fewer than 20 prompts, else a tenth,
 * but at least 8 (or a fifth of them, if that is fewer) and at most the preset's limit. Rows with the same prompt stay together.
 */
export function setApart<Row extends PatchPrompt>(
  rows: readonly Row[],
  { seed, preset = 'balanced' }: { readonly seed: number; readonly preset?: TrainingPreset | undefined },
): SetApart<Row> {
  const { from } = trainingDefaults.check
  const { limit } = trainingDefaults.presets[preset]
  const random = createRandom(seed)
  const prompts = new Map(rows.map((row) => [keyOf(row), row]))
  const chosen = new Set<string>()
  for (const kind of new Set(rows.map((row) => row.kind))) {
    const own = [...prompts].filter(([, row]) => row.kind === kind).map(([key]) => key)
    if (own.length < from) continue
    for (const key of random.shuffle(own).slice(0, heldOutForCheck(own.length, { limit }))) chosen.add(key)
  }
  return {
    train: rows.filter((row) => !chosen.has(keyOf(row))),
    apart: [...chosen].map((key) => promptOf(prompts.get(key) as Row)),
  }
}

const keyOf = ({ kind, prompt, bare = prompt }: PatchPrompt) => JSON.stringify([kind, bare])

const promptOf = ({ prompt, kind, part }: PatchPrompt): PatchPrompt => ({
  ...{ prompt, kind },
  ...(part !== undefined && { part }),
})
