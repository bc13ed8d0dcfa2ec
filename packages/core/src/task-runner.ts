/**
 * What long work is made of: shards, of which each depends on nothing but what it says of itself. A runner does them: here, one after the
 * other, or on other machines, as `@policypatch/cluster` does.
 */

/** A piece of work whose outcome has the same bits wherever and whenever it is done. */
export interface Shard<Outcome> {
  /** What is to be done: a name in `shardKinds`. */
  readonly kind: string
  /** All that is done with and that no other shard needs: JSON values, typed arrays and `undefined`. */
  readonly input: unknown
  /** The same, of what many shards have in common: sent once, and told apart by its digest. */
  readonly attachments: Readonly<Record<string, unknown>>
  /** Names of attachments that are of use in one step of training alone. Where there are any, so is the outcome: nothing is kept. */
  readonly fleeting?: readonly string[] | undefined
  /** Rows of data in it, for progress. */
  readonly rows: number
  /** Does it here. */
  run(): Promise<Outcome>
}

export interface ShardDone<Outcome> {
  /** The shard's place in the list. */
  readonly index: number
  readonly outcome: Outcome
}

/** @typeParam Model what shards are done with */
export interface TaskRunner<Model = unknown> {
  /** Shards that can be done side by side now: 1 here, elsewhere the number of workers. */
  width(model: Model): Promise<number>
  /** Does shards and yields each outcome as it comes, in any order. */
  run<Outcome>(
    model: Model,
    shards: readonly Shard<Outcome>[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<ShardDone<Outcome>>
}

/** Does shards in this process, one after the other. */
export const inProcess: TaskRunner = {
  width: async () => 1,
  async *run(_, shards, { signal } = {}) {
    for (const [index, shard] of shards.entries()) {
      signal?.throwIfAborted()
      yield { index, outcome: await shard.run() }
    }
  },
}

/** The outcomes of shards, in their order. */
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

/** Notes what does a model's shards. */
export function useRunner<Model extends object>(model: Model, runner: TaskRunner<Model>): Model {
  runners.set(model, runner as TaskRunner)
  return model
}

/** What does a model's shards, if it was given something. */
export const runnerOf = <Model extends object>(model: Model): TaskRunner<Model> | undefined =>
  runners.get(model)
