import { PatchError } from '../../errors.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { withEmbeddings } from '../../model/language-model/prefix.ts'
import { sharedPromptLength } from '../../model/score/row-layout.ts'
import { runnerOf } from '../../task-runner.ts'
import type { TrainingExample } from '../examples/example.ts'
import { type AdamWState, clipGradient, gradientNorm, initAdamW, updateAdamW } from './adamw.ts'
import { batchParts } from './batch-parts.ts'
import { checkSameParts, checkTrainable } from './check-trainable.ts'
import { sumByShards, sumOfParts } from './gradient-shard.ts'
import { type BatchGradient, batchGradient } from './gradient-sum.ts'
import type { TrainMetrics } from './metrics.ts'
import { createSampler, type Sampler, type SamplerState } from './sampler.ts'
import { learningRateAt } from './schedule.ts'
import { totalsOf } from './step-feeds.ts'
import { type StepRunner, stepRunner } from './step-runner.ts'
import { checkTraining, type TrainingSettings } from './training-settings.ts'

export interface PrefixTrainerOptions extends TrainingSettings {
  readonly model: LanguageModel
  /**
   * Where training starts; it is copied. Parallel parts are kept with their weights, and the virtual tokens of all are trained.
   * Must not have gates, which are not part of training: `ungatedPatch` removes them.
   */
  readonly prefix: Prefix
  readonly examples: readonly TrainingExample[]
}

/** Everything that a trainer needs to resume, except its options. */
export interface TrainerState {
  /** Number of steps done. */
  readonly step: number
  readonly tokens: number
  readonly prefix: Prefix
  readonly optimizer: AdamWState
  readonly sampler: SamplerState
}

/**
 * The training loop of a prefix, for custom loops. Iterate over it for the whole run, or call `step` with your own batches.
 * On the CPU, a run that is stopped and resumed with `load` is bit-for-bit the same as an uninterrupted one.
 *
 *     const trainer = new PrefixTrainer({ model, prefix, objective: { type: 'sft' }, examples, steps: 100, learningRate: 1e-2 })
 *     for await (const { step, loss } of trainer) console.log(step, loss)
 */
export class PrefixTrainer {
  readonly #options: PrefixTrainerOptions
  readonly #runner: StepRunner
  readonly #sampler: Sampler
  readonly #sharedIds: readonly number[]
  /** Index of each example in the options' list. */
  readonly #places: ReadonlyMap<TrainingExample, number>
  #prefix: Prefix
  #optimizer: AdamWState
  #step = 0
  #tokens = 0

  /**
   * @throws PatchError `INVALID_ARGUMENT` for options out of range, `EMPTY_DATA` without examples, `SHAPE_MISMATCH` for a prefix
   *   of another model, `UNSUPPORTED` for one with gates.
   */
  constructor(options: PrefixTrainerOptions) {
    checkTraining(options)
    const { model, prefix, examples, harmlessShare, seed = 0 } = options
    checkExamples(examples)
    checkTrainable(model, prefix)
    this.#options = options
    this.#runner = stepRunner(options)
    this.#prefix = withEmbeddings(prefix, prefix.embeddings.slice())
    this.#optimizer = initAdamW(prefix.embeddings.length)
    this.#sampler = createSampler(
      examples.map(({ kind }) => kind),
      { harmlessShare, seed },
    )
    this.#places = new Map(examples.map((example, place) => [example, place]))
    const prompts = examples.map(({ prompt }) => prompt)
    this.#sharedIds = (prompts[0] ?? []).slice(0, sharedPromptLength(prompts))
  }

  /** A copy of the current prefix. */
  get prefix(): Prefix {
    return this.#prefix
  }

  /** Number of steps done. */
  get steps(): number {
    return this.#step
  }

  /**
   * One update on a batch. Default: the next one from the examples.
   * @throws PatchError `NOT_FINITE` if the loss or gradient is not. Any error leaves the state unchanged.
   */
  async step(batch?: readonly TrainingExample[]): Promise<TrainMetrics> {
    const drawn = this.#sampler.state()
    try {
      return await this.#update(batch ?? this.#nextBatch())
    } catch (error) {
      this.#sampler.load(drawn)
      throw error
    }
  }

  async #update(batch: readonly TrainingExample[]): Promise<TrainMetrics> {
    const { optimizer, maxGradNorm = 1 } = this.#options
    const { loss, gradient, tokens, metrics } = await this.gradient(batch)
    const norm = gradientNorm(gradient)
    if (!Number.isFinite(loss + norm)) throw notFinite(this.#step + 1, loss, norm)
    const learningRate = learningRateAt(this.#step, this.#options)
    const clipped = clipGradient(gradient, norm, maxGradNorm)
    const updated = updateAdamW(this.#prefix.embeddings, clipped, this.#optimizer, learningRate, optimizer)
    this.#prefix = withEmbeddings(this.#prefix, updated.parameters)
    this.#optimizer = updated.state
    this.#step++
    this.#tokens += tokens
    return {
      step: this.#step,
      loss,
      learning_rate: learningRate,
      grad_norm: norm,
      num_tokens: this.#tokens,
      epoch: this.#sampler.epoch(),
      ...metrics,
    }
  }

  /** Runs the remaining steps and yields the metrics of each. Break to stop; iterate again to continue. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainMetrics> {
    while (this.#step < this.#options.steps) yield await this.step()
  }

  state(): TrainerState {
    return {
      step: this.#step,
      tokens: this.#tokens,
      prefix: this.#prefix,
      optimizer: this.#optimizer,
      sampler: this.#sampler.state(),
    }
  }

  /** Restores the state of a trainer with the same options. */
  load(state: TrainerState): void {
    checkTrainable(this.#options.model, state.prefix)
    checkSameParts(this.#prefix, state.prefix, 'Load it into a trainer with the options of its own run')
    this.#step = state.step
    this.#tokens = state.tokens
    this.#prefix = state.prefix
    this.#optimizer = state.optimizer
    this.#sampler.load(state.sampler)
  }

  /** Frees the compiled programs. The state can still be read. */
  async dispose(): Promise<void> {
    await this.#runner.dispose()
  }

  #nextBatch(): TrainingExample[] {
    const { examples, batchSize = 8 } = this.#options
    return this.#sampler.next(batchSize).map((index) => examples[index] as TrainingExample)
  }

  /** The common beginning of a batch's prompts: that of all examples, or less for a batch from elsewhere. */
  #sharedIdsOf(batch: readonly TrainingExample[]): readonly number[] {
    const own = this.#sharedIds
    const fits = batch.every(
      ({ prompt }) => prompt.length > own.length && own.every((id, i) => id === prompt[i]),
    )
    if (fits) return own
    const prompts = batch.map(({ prompt }) => prompt)
    return (prompts[0] ?? []).slice(0, sharedPromptLength(prompts))
  }

  /**
   * The loss of a batch and its gradient with respect to a prefix, [m, d], without an update.
   * @param prefix default: the trainer's; another must have the same length and parts
   * @throws PatchError `SHAPE_MISMATCH` if it does not, `UNSUPPORTED` if it has gates
   */
  async gradient(batch: readonly TrainingExample[], prefix = this.#prefix): Promise<BatchGradient> {
    const { model, objective, microBatchSize, recompute } = this.#options
    checkTrainable(model, prefix)
    checkSameParts(this.#prefix, prefix, 'Create another trainer with that prefix')
    const shared = this.#sharedIdsOf(batch).length
    const examples = batch.every((example) => this.#places.has(example)) ? this.#options.examples : batch
    const placeOf = (example: TrainingExample) =>
      (examples === batch ? batch.indexOf(example) : this.#places.get(example)) as number
    const parts = batchParts(batch, { objective, shared, microBatchSize }).map((part) => part.map(placeOf))
    const input = { objective, recompute, parts, totals: totalsOf(batch), shared }
    const attachments = { prefix, examples }
    const tasks = runnerOf(model)
    const sum = tasks
      ? await sumByShards(model, tasks, this.#runner, input, attachments)
      : await sumOfParts(model, this.#runner, input, attachments)
    return batchGradient(sum, objective, batch)
  }
}

function checkExamples(examples: readonly TrainingExample[]): void {
  if (examples.length > 0) return
  throw new PatchError('EMPTY_DATA', {
    expected: 'at least one training example',
    found: 'none',
    remedy: 'Pass examples to the trainer, or loosen the filter that dropped them',
  })
}

function notFinite(step: number, loss: number, norm: number): PatchError {
  return new PatchError('NOT_FINITE', {
    expected: `a finite loss and gradient at step ${step}`,
    found: `loss ${loss}, gradient norm ${norm}`,
    remedy: 'Lower the learning rate, or check weights and data for damage; the last state is intact',
  })
}
