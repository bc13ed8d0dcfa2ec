import { PatchError, throwIfAborted } from '../../errors.ts'
import type { Storage } from '../../storage/storage.ts'
import type { TrainingExample } from '../examples/example.ts'
import { lossWatch } from '../trainer/loss-watch.ts'
import type { TrainMetrics } from '../trainer/metrics.ts'
import type { PrefixTrainer } from '../trainer/prefix-trainer.ts'
import { type BestPrefix, type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { type ValidationScores, validationMerit } from './validate-prefix.ts'

/** A stage of training, named after its objective. */
export type StageName = 'sft' | 'dpo'

export interface StageOptions {
  readonly trainer: PrefixTrainer
  /** The batch of each step, counted from 0. Default: drawn by the trainer. */
  readonly batchOf?: ((step: number) => readonly TrainingExample[]) | undefined
  /** Total number of steps. */
  readonly steps: number
  readonly storage: Storage
  /** Path of the checkpoint. */
  readonly path: string
  /** Digest of everything that affects the stage. */
  readonly settings: string
  /** Steps between checkpoints. */
  readonly checkpointEvery: number
  /** Steps between validations; the last step is always validated. */
  readonly validateEvery: number
  /** Scores the trainer's prefix. Without it, the last prefix counts as the best. */
  readonly validate?: ((prefix: PrefixTrainer['prefix']) => Promise<ValidationScores>) | undefined
  /** Scores of the initial prefix, if known: it may turn out to be the best. */
  readonly initial?: ValidationScores | undefined
  readonly onMetrics?: ((metrics: TrainMetrics) => void) | undefined
  readonly onValidation?: ((step: number, scores: ValidationScores) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a stage to its end, from its checkpoint if there is one, and returns the best prefix: the one with the highest refusal
 * rate minus over-refusal rate, the latest among equals.
 *
 * @throws `TRAINING_FAILED` if the loss diverges ({@link lossWatch}); and the errors of the trainer, the validation and the
 *   storage.
 */
export async function runStage(options: StageOptions): Promise<BestPrefix> {
  const { trainer, steps, validate, signal } = options
  let best = await resume(options)
  if (validate && trainer.steps === 0 && options.initial) {
    best = { step: 0, prefix: trainer.prefix, scores: options.initial }
  }
  const watchLoss = lossWatch()
  while (trainer.steps < steps) {
    throwIfAborted(signal, 'training')
    // Not as an argument of the optional call, which is not evaluated if there is no callback.
    const metrics = await trainer.step(options.batchOf?.(trainer.steps))
    options.onMetrics?.(metrics)
    watchLoss(metrics)
    const last = trainer.steps === steps
    if (validate && (last || trainer.steps % options.validateEvery === 0)) {
      best = await validateNow(options, validate, best)
    }
    if (last || trainer.steps % options.checkpointEvery === 0) await save(options, best)
  }
  return best ?? unscored(trainer.steps, trainer.prefix)
}

type Place = Pick<StageOptions, 'storage' | 'path' | 'settings'>

/**
 * The result of a stage whose checkpoint is at its last step; otherwise undefined, and the stage must run.
 *
 * @throws `RESUME_MISMATCH` for the checkpoint of another run.
 */
export async function finishedStage({
  steps,
  ...place
}: Place & { readonly steps: number }): Promise<BestPrefix | undefined> {
  const checkpoint = await readCheckpoint(place)
  if (checkpoint?.state.step !== steps) return undefined
  const { best, state } = checkpoint
  return best ?? unscored(state.step, state.prefix)
}

const unscored = (step: number, prefix: BestPrefix['prefix']): BestPrefix => ({
  step,
  prefix,
  scores: {},
})

async function resume({ trainer, ...place }: StageOptions): Promise<BestPrefix | undefined> {
  const checkpoint = await readCheckpoint(place)
  if (checkpoint) trainer.load(checkpoint.state)
  return checkpoint?.best
}

async function readCheckpoint({ storage, path, settings }: Place): Promise<Checkpoint | undefined> {
  if (!(await storage.exists(path))) return undefined
  const checkpoint = await decodeCheckpoint(path, await storage.read(path))
  if (checkpoint.settings === settings) return checkpoint
  throw new PatchError('RESUME_MISMATCH', {
    expected: `a checkpoint in ${path} from a run with these options, data and model`,
    found: 'one from another run',
    remedy: 'Choose another folder, or remove the checkpoint to start over',
  })
}

async function validateNow(
  { trainer, onValidation }: StageOptions,
  validate: NonNullable<StageOptions['validate']>,
  best: BestPrefix | undefined,
): Promise<BestPrefix> {
  const scores = await validate(trainer.prefix)
  onValidation?.(trainer.steps, scores)
  if (best && validationMerit(best.scores) > validationMerit(scores)) return best
  return { step: trainer.steps, prefix: trainer.prefix, scores }
}

async function save(
  { trainer, storage, path, settings }: StageOptions,
  best: BestPrefix | undefined,
): Promise<void> {
  await storage.write(path, encodeCheckpoint({ settings, state: trainer.state(), best }))
}
