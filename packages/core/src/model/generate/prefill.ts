import type { HostTensor } from '../../backend/backend.ts'
import { createRandom, type Random } from '../../random.ts'
import { createKeyValueCache, type KeyValueCache } from '../decoder/key-value-cache.ts'
import type { StepSettings } from '../extend/decoding-program.ts'
import { extend } from '../extend/extend.ts'
import {
  contextOf,
  enterContext,
  type SharedContext,
  type TokenizedRequest,
} from '../extend/shared-context.ts'
import type { Prefix } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { sample } from './sample.ts'

/** A sequence that is being generated. */
export interface Row {
  readonly index: number
  readonly random: Random
  readonly stops: ReadonlySet<number>
  /** Most tokens it may still get. */
  left: number
  /** The token that is fed next. */
  next: number
}

/** How a batch is generated. */
export interface Settings {
  readonly maxTokens: number
  readonly batchSize: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
  readonly stopTokens: readonly number[]
  readonly output: 'logits' | 'argmax'
  readonly step: StepSettings
}

/**
 * Prefills prompts behind what they share, whose keys and values are at hand, and puts all of it into the slots of
 * the cache that is decoded from.
 */
export async function prefill(
  core: ModelCore,
  requests: readonly TokenizedRequest[],
  settings: Settings,
  contexts: Map<Prefix | undefined, SharedContext>,
  cache: KeyValueCache,
  slots: readonly number[],
): Promise<Row[]> {
  const shared: SharedContext[] = []
  for (const { prefix } of requests) shared.push(await contextFor(core, contexts, prefix))
  const batch = Math.min(2 ** Math.ceil(Math.log2(requests.length)), Math.max(cache.slots, requests.length))
  const longest = Math.max(...shared.map(({ length }) => length))
  const past = createKeyValueCache(core.config, batch, longest)
  for (const [row, context] of shared.entries()) {
    enterContext(past, row, context)
    enterContext(cache, slots[row] as number, context)
  }
  const own = requests.map(({ tokens }, row) => tokens.slice(shared[row]?.sharedTokens))
  const padding = new Array<readonly number[]>(batch - requests.length).fill([0])
  const { last, block } = await extend(core, {
    tokens: [...own, ...padding],
    starts: Array.from({ length: batch }, (_, row) => past.position(row)),
    output: settings.output,
    past: longest > 0 ? past : undefined,
  })
  return requests.map((request, row) => {
    const slot = slots[row] as number
    cache.append(slot, block, row, (own[row] as readonly number[]).length)
    const random = createRandom(request.seed ?? settings.seed + request.index * 2 ** 32)
    return {
      index: request.index,
      random,
      stops: new Set([...core.tokenizer.eosTokenIds, ...settings.stopTokens]),
      left: Math.min(settings.maxTokens, core.config.maxPositions - cache.position(slot)),
      next: choose(last, row, random, settings),
    }
  })
}

async function contextFor(
  core: ModelCore,
  contexts: Map<Prefix | undefined, SharedContext>,
  prefix: Prefix | undefined,
): Promise<SharedContext> {
  const known = contexts.get(prefix) ?? (await contextOf(core, prefix, []))
  contexts.set(prefix, known)
  return known
}

/** The next id of one row, from all its logits or as the program chose it. */
export function choose({ data, shape }: HostTensor, row: number, random: Random, settings: Settings): number {
  if (data instanceof Int32Array) return data[row] as number
  const size = shape[1] as number
  return sample(data.subarray(row * size, (row + 1) * size), settings, random)
}
