import { given } from '../given.ts'
import { isRequest, SCORED_TOGETHER } from '../model/create-language-model.ts'
import type {
  CandidateRequest,
  GenerateRequest,
  Generation,
  LanguageModel,
  Prefix,
  Score,
  ScoreRequest,
  TopLogProbabilities,
} from '../model/language-model/language-model.ts'
import { outcomesOf, type Shard, type TaskRunner, useRunner } from '../task-runner.ts'
import { performShard } from './shard-kinds.ts'

/** Responses, or prompts to read, per shard: few enough to keep many workers busy. */
const ROWS = 32

/**
 * A model whose long work is done by a runner, in shards: responses to many prompts, scores, hidden states, and the gradients
 * of training. Everything that receives the model uses the runner: `generatePairs`, `trainPatch`, `evaluatePatch` and the
 * others. Results are bit-identical to the model's own, on processors and runtimes of one kind.
 *
 *     const model = runOn(await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct'), runner)
 *
 * `generate` and `stream`, whose callers are waiting, run locally.
 */
export function runOn(model: LanguageModel, runner: TaskRunner<LanguageModel>): LanguageModel {
  const shardOf = <Outcome>(
    kind: string,
    rows: number,
    input: object,
    attachments: Readonly<Record<string, unknown>>,
  ): Shard<Outcome> => {
    const shard = { kind, input: given(input), attachments, rows }
    return { ...shard, run: () => performShard(model, shard) as Promise<Outcome> }
  }

  /** Splits requests into lists of this size, with their prefixes attached. */
  const cut = <Request extends GenerateRequest>(requests: readonly Request[], size: number) =>
    slices(requests, size).map((own) => {
      const prefixes = [...new Set(own.map(({ prefix }) => chosen(prefix)))].filter(
        (one) => one !== undefined,
      )
      const placed = own.map(({ prefix, ...request }) =>
        given({ ...request, prefix: chosen(prefix) && prefixes.indexOf(chosen(prefix) as Prefix) }),
      )
      return {
        requests: placed,
        attachments: Object.fromEntries(prefixes.map((prefix, i) => [`prefix ${i}`, prefix])),
      }
    })
  const chosen = (prefix: Prefix | null | undefined) =>
    prefix === null ? undefined : (prefix ?? model.prefix)

  const scores = async <Outcome>(
    kind: string,
    requests: readonly (ScoreRequest | CandidateRequest)[],
    {
      signal,
      ...options
    }: { readonly signal?: AbortSignal | undefined; readonly [option: string]: unknown } = {},
  ): Promise<Outcome[]> => {
    const shards = cut(requests, SCORED_TOGETHER).map((own) =>
      shardOf<Outcome[]>(
        kind,
        own.requests.length,
        { ...given(options), requests: own.requests },
        own.attachments,
      ),
    )
    return (await outcomesOf(runner, model, shards, { signal })).flat()
  }

  const distributed: LanguageModel = {
    ...model,
    withPrefix: (prefix) => runOn(model.withPrefix(prefix), runner),
    async *generateBatch(requests, { signal, drafts: _, ...options } = {}) {
      const { seed = 0 } = options
      const whole = requests.map((request, index): GenerateRequest => {
        const own = isRequest(request) ? request : { prompt: request }
        return { ...own, seed: own.seed ?? seed + index * 2 ** 32 }
      })
      const size = Math.max(ROWS, options.batchSize ?? 0)
      const shards = cut(whole, size).map((own) =>
        shardOf<Omit<Generation, 'index'>[]>(
          'generate',
          own.requests.length,
          { options: given(options), requests: own.requests },
          own.attachments,
        ),
      )
      for await (const { index, outcome } of runner.run(model, shards, { signal })) {
        for (const [i, generation] of outcome.entries()) yield { index: index * size + i, ...generation }
      }
    },
    score: (requests, options) => scores<Score>('score', requests, { ...options }),
    scoreTop: (requests, k, options) => scores<TopLogProbabilities>('scoreTop', requests, { ...options, k }),
    scoreCandidates: (requests, options) => scores<Float32Array>('scoreCandidates', requests, { ...options }),
    async hiddenStates(prompts, place, { signal, ...options } = {}) {
      const shards = slices(prompts, 2 * ROWS).map((own) =>
        shardOf<Float32Array[]>(
          'hiddenStates',
          own.length,
          { ...options, prompts: own, place: given(place) },
          {},
        ),
      )
      return (await outcomesOf(runner, model, shards, { signal })).flat()
    },
    async takesEffect(prompts, { signal, ...options } = {}) {
      const attachments = model.prefix ? { prefix: model.prefix } : {}
      const shards = slices(prompts, 2 * ROWS).map((own) =>
        shardOf<boolean[]>('takesEffect', own.length, { ...options, prompts: own }, attachments),
      )
      return (await outcomesOf(runner, model, shards, { signal })).flat()
    },
  }
  return useRunner(distributed, runner)
}

function slices<Value>(values: readonly Value[], size: number): (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  )
}
