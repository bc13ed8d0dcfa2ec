/**
 * Long work, split into shards. A shard depends on nothing but its own description. A runner executes shards: in this
 * process, one after the other, or on other machines, as `@policypatch/cluster` does.
 */

/** A piece of work whose outcome is bit-identical wherever and whenever it runs. */
export interface Shard<Outcome> {
  /** What to do: a name in `shardKinds`. */
  readonly kind: string
  /** Data that only this shard needs: JSON values, typed arrays and `undefined`. */
  readonly input: unknown
  /** Data of the same types that many shards share: sent once, and identified by digest. */
  readonly attachments: Readonly<Record<string, unknown>>
  /** Names of attachments used in a single training step. If there are any, the outcome is not kept either. */
  readonly fleeting?: readonly string[] | undefined
  /** Number of data rows, for progress. */
  readonly rows: number
  /** Runs it in this process. */
  run(): Promise<Outcome>
}

export interface ShardDone<Outcome> {
  /** The shard's place in the list. */
  readonly index: number
  readonly outcome: Outcome
}

/** @typeParam Model what shards run on */
export interface TaskRunner<Model = unknown> {
  /** Number of shards that can run in parallel now: 1 in this process, else the number of workers. */
  width(model: Model): Promise<number>
  /** Runs shards and yields each outcome as it arrives, in any order. */
  run<Outcome>(
    model: Model,
    shards: readonly Shard<Outcome>[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<ShardDone<Outcome>>
}

/** Runs shards in this process, one after the other. */
export const inProcess: TaskRunner = {
  width: async () => 1,
  async *run(_, shards, { signal } = {}) {
    for (const [index, shard] of shards.entries()) {
      signal?.throwIfAborted()
      yield { index, outcome: await shard.run() }
    }
  },
}

/** Runs shards and returns their outcomes, in the order of the shards. */
export async function outcomesOf<Model, Outcome>(
  runner: TaskRunner<Model>,
  model: Model,
  shards: readonly Shard<Outcome>[],
  options?: { readonly signal?: AbortSignal | undefined },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(shards.length)
  for await (const { index, outcome } of runner.run(model, shards, options)) outcomes[index] = outcome
  return outcomes
}

const runners = new WeakMap<object, TaskRunner>()

/** Sets the runner of a model's shards. */
export function useRunner<Model extends object>(model: Model, runner: TaskRunner<Model>): Model {
  runners.set(model, runner as TaskRunner)
  return model
}

/** The runner of a model's shards, if one was set. */
export const runnerOf = <Model extends object>(model: Model): TaskRunner<Model> | undefined =>
  runners.get(model)
