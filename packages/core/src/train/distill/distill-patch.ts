import { given } from '../../given.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { modelIdentity, prefixDigest } from '../../model/language-model/model-identity.ts'
import { spanOf } from '../../model/language-model/prefix.ts'
import { sourceMark } from '../../pairs/responses/response-journal.ts'
import { describeBase } from '../../patch/apply/check-fit.ts'
import type { PatchComposition, PatchManifest } from '../../patch/manifest.ts'
import type { Patch } from '../../patch/patch.ts'
import { createPatch } from '../../patch/release/create-patch.ts'
import { checkManifest } from '../../patch/release/parse-manifest.ts'
import { digestOf } from '../../sha256.ts'
import { keptAt } from '../../storage/memory-storage.ts'
import { within } from '../../storage/place.ts'
import type { SftExample } from '../examples/example.ts'
import { runStage } from '../stage/run-stage.ts'
import type { StageTraining, TrainPatchOptions } from '../train-options.ts'
import { checkTrainable } from '../trainer/check-trainable.ts'
import { initPrefix, type PrefixInitOptions } from '../trainer/prefix-init.ts'
import { PrefixTrainer } from '../trainer/prefix-trainer.ts'
import type { DistillationTask } from './distillation-task.ts'
import { prepareTasks } from './prepare-tasks.ts'
import { taskBatches } from './task-batches.ts'

/** How a prefix is distilled. */
export interface DistillTraining extends Omit<StageTraining, 'harmlessShare'> {
  /** Number of tokens kept of each distribution; the rest becomes one bucket. Default 64. */
  readonly k?: number | undefined
  /** λ: weight of the divergence relative to the likelihood of the responses. Default 30, at which the divergence dominates. */
  readonly weight?: number | undefined
}

export interface DistillPatchOptions
  extends Pick<TrainPatchOptions, 'seed' | 'directory' | 'checkpointEvery' | 'onProgress' | 'signal'> {
  /** The model to patch; its weights do not change. */
  readonly model: LanguageModel
  readonly tasks: readonly DistillationTask[]
  /** Where training starts: a prefix without gates, which keeps any parallel parts; or how to initialize one. */
  readonly prefix?: Prefix | Omit<PrefixInitOptions, 'seed'> | undefined
  readonly training?: DistillTraining | undefined
  readonly manifest?: Partial<Pick<PatchManifest, 'name' | 'version' | 'domain' | 'license'>> | undefined
  /** Called and awaited before the first step, once the teachers are done: their memory may be freed. */
  readonly onTaught?: (() => void | Promise<void>) | undefined
  /** The patches it was distilled from, if any. */
  readonly composition?: PatchComposition | undefined
}

/** Defaults suited to distributions of toxic text, which took the most steps. */
const defaults = { steps: 400, learningRate: 2e-2, warmupSteps: 5, batchSize: 12, k: 64, weight: 30 }

/**
 * Trains a prefix to match the distributions of teachers, one per task: Σ_t KL(teacher ‖ π_P) over the tokens of their responses,
 * with equal weight for every response. With a `directory`, the same call resumes a stopped run.
 *
 * @throws `EMPTY_DATA` without rows; `INVALID_ARGUMENT` for invalid options, and teachers without distributions; `SHAPE_MISMATCH`
 *   and `UNSUPPORTED` as `PrefixTrainer`; `RESUME_MISMATCH`; `CONTEXT_EXCEEDED`; `NOT_FINITE`; `ABORTED`; `STORAGE_FAILED`.
 */
export async function distillPatch(options: DistillPatchOptions): Promise<Patch> {
  const { model, tasks, seed = 0, signal } = options
  const directory = keptAt(options.directory)
  const training = { ...defaults, ...given(options.training) }
  const { steps, batchSize, k, weight, learningRate } = training
  const start = startOf(options, seed)
  checkTrainable(model, start)
  checkManifest(describe(options, start, training, {}))
  const prepared = await prepareTasks(tasks, {
    ...{ model, prefixLength: spanOf(start), k, directory, signal },
    onProgress: ({ stage, ...count }) => options.onProgress?.({ stage: 'pairs', part: stage, ...count }),
  })
  await options.onTaught?.()
  const batches = taskBatches(
    prepared.map(({ name, share, examples }) => ({ name, share, rows: examples.length })),
    { steps, batchSize, seed },
  )
  const exampleOf = ({ task, row }: { task: number; row: number }) =>
    prepared[task]?.examples[row] as SftExample
  const objective = { type: 'sft' as const, distillationWeight: weight }
  const examples = prepared.flatMap((task) => task.examples)
  const trainer = new PrefixTrainer({
    ...training,
    learningRate,
    model,
    prefix: start,
    objective,
    examples,
    seed,
  })
  const data = Object.fromEntries(prepared.map((task) => [task.name, task.digest]))
  try {
    const { prefix } = await runStage({
      trainer,
      steps,
      batchOf: (step) => (batches[step] ?? []).map(exampleOf),
      ...within(directory, 'distillation.safetensors'),
      settings: await digestOf({
        run: 'distillation',
        training,
        seed,
        data,
        shares: prepared.map(({ name, share }) => [name, share]),
        teachers: await Promise.all(tasks.map(({ teacher }) => sourceMark(teacher))),
        model: await modelIdentity(model),
        prefix: await prefixDigest(start),
      }),
      signal,
      checkpointEvery: options.checkpointEvery ?? 10,
      validateEvery: steps,
      onMetrics: (metrics) =>
        options.onProgress?.({ stage: 'sft', done: metrics.step, total: steps, metrics }),
    })
    return await createPatch({
      manifest: describe(options, start, training, data),
      prefix,
    })
  } finally {
    await trainer.dispose()
  }
}

function startOf({ model, prefix }: DistillPatchOptions, seed: number): Prefix {
  return prefix && 'embeddings' in prefix ? prefix : initPrefix(model, { ...prefix, seed })
}

function describe(
  { model, tasks, prefix, manifest, composition, seed = 0 }: DistillPatchOptions,
  { length, parts }: Prefix,
  training: DistillTraining,
  data: Readonly<Record<string, string>>,
): PatchManifest {
  const given = prefix && 'embeddings' in prefix
  const { init = 'text', text } = given ? { init: 'prefix' } : (prefix ?? {})
  return {
    format: 'policypatch/v1',
    name: 'patch',
    version: '0.1.0',
    domain: tasks.map(({ name }) => name).join(', ') || 'none',
    license: 'Apache-2.0',
    requires: [],
    conflicts: [],
    ...manifest,
    base: describeBase(model),
    prefix: {
      length,
      init,
      ...(text !== undefined && { initText: text }),
      ...(parts && { parts: parts.map((part) => ({ length: part.prefix.length, weight: part.weight })) }),
    },
    ...(composition && { composition }),
    recipe: {
      reference: [...new Set(tasks.map(({ teacher }) => teacher.name))].join(', ') || 'none',
      data,
      seed,
      options: {
        distillation: { ...training },
        tasks: tasks.map(({ name, share = 1, format = 'chat', maxResponseTokens = 32 }) => ({
          ...{ name, share, format, maxResponseTokens },
        })),
      },
    },
    effects: [],
    created: new Date().toISOString(),
  }
}
