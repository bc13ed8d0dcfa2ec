import { PatchError } from '../errors.ts'
import type {
  CandidateRequest,
  GenerateOptions,
  Generation,
  LanguageModel,
  Prefix,
  ReadingPlace,
  ScoreRequest,
} from '../model/language-model/language-model.ts'
import type { Shard } from '../task-runner.ts'
import type { Prompt } from '../tokenize/tokenizer.ts'
import { type GradientAttachments, type GradientInput, sumOfParts } from '../train/trainer/gradient-shard.ts'
import type { Objective } from '../train/trainer/objective.ts'
import { type StepRunner, stepRunner } from '../train/trainer/step-runner.ts'

/** A shard's description of its work, wherever it runs. */
export type ShardTask = Pick<Shard<unknown>, 'kind' | 'input' | 'attachments'>

type Perform = (
  model: LanguageModel,
  // Each kind knows its own; `runOn` and the trainer make them.
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has the type that its kind says
  input: any,
  attachments: Readonly<Record<string, unknown>>,
) => Promise<unknown>

/** The kinds of shards, and how to perform each with a model that has no prefix of its own. */
const shardKinds: Readonly<Record<string, Perform>> = {
  async generate(model, { requests, options }: { requests: Placed[]; options: GenerateOptions }, attached) {
    const generations: Omit<Generation, 'index'>[] = new Array(requests.length)
    for await (const { index, ...own } of model.generateBatch(requests.map(withPrefix(attached)), options)) {
      generations[index] = own
    }
    return generations
  },
  score: (model, { requests, ...options }, attached) =>
    model.score(requests.map(withPrefix(attached)), options),
  scoreTop: (model, { requests, k, ...options }, attached) =>
    model.scoreTop(requests.map(withPrefix(attached)), k, options),
  scoreCandidates: (model, { requests, ...options }, attached) =>
    model.scoreCandidates(requests.map(withPrefix(attached)), options),
  hiddenStates: (model, { prompts, place, ...options }: { prompts: Prompt[]; place: ReadingPlace }) =>
    model.hiddenStates(prompts, place, options),
  takesEffect: (model, { prompts, ...options }: { prompts: Prompt[] }, { prefix }) =>
    model.withPrefix(prefix as Prefix | undefined).takesEffect(prompts, options),
  gradient: (model, input: GradientInput, attached) =>
    sumOfParts(model, runnerFor(model, input), input, attached as unknown as GradientAttachments),
}

/**
 * Performs a shard with a model that has the weights it was made for.
 *
 * @throws PatchError `UNSUPPORTED` for a kind that this version does not know; and the errors of the model
 */
export function performShard(
  model: LanguageModel,
  { kind, input, attachments }: ShardTask,
): Promise<unknown> {
  const perform = Object.hasOwn(shardKinds, kind) ? shardKinds[kind] : undefined
  if (perform) return perform(model, input, attachments)
  throw new PatchError('UNSUPPORTED', {
    expected: `a shard of one of the kinds ${Object.keys(shardKinds).join(', ')}`,
    found: kind,
    remedy: 'Use the same version of policypatch on all machines',
  })
}

/** A request whose prefix is the index of an attached one. */
type Placed = Omit<ScoreRequest & CandidateRequest, 'prefix'> & { readonly prefix?: number | undefined }

const withPrefix =
  (attached: Readonly<Record<string, unknown>>) =>
  ({ prefix, ...request }: Placed) => ({
    ...request,
    prefix: prefix === undefined ? null : (attached[`prefix ${prefix}`] as Prefix),
  })

/** The programs of each model's last objective, because one stage of training runs many steps in a row. */
const runners = new WeakMap<object, { readonly key: string; readonly runner: StepRunner }>()

function runnerFor(
  model: LanguageModel,
  {
    objective,
    recompute,
  }: { readonly objective: Objective; readonly recompute?: GradientInput['recompute'] },
): StepRunner {
  const key = JSON.stringify([objective, recompute])
  const held = runners.get(model)
  if (held?.key === key) return held.runner
  void held?.runner.dispose()
  const runner = stepRunner({ model, objective, recompute })
  runners.set(model, { key, runner })
  return runner
}
