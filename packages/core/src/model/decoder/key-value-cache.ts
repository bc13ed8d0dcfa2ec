import type { HostTensor, NamedHostTensors } from '../../backend/backend.ts'
import { type ModelConfig, needsPositions } from './config/model-config.ts'
import { MASKED } from './layers/attention.ts'

/** Keys and values of a token block as programs return them: `key.0`, `value.0`, … [kvHeads, batch, length, D]. */
export type BlockKeyValues = NamedHostTensors

/**
 * Keys and values of `slots` sequences that grow independently, each packed from position 0. Programs are fed the arrays as they
 * are; capacity grows in steps so that few program shapes are needed.
 */
export interface KeyValueCache {
  readonly slots: number
  /** Places per slot. */
  readonly capacity: number
  length(slot: number): number
  /** Position of a slot's next token. */
  position(slot: number): number
  /** Appends `count` positions of one batch row of a block to a slot, starting at `first` (default 0). */
  append(slot: number, block: BlockKeyValues, row: number, count: number, first?: number): void
  /** Empties a slot; `lead` describes the first places that are appended next. */
  clear(slot: number, lead?: Lead): void
  lead(slot: number): Lead | undefined
  /**
   * Feeds: `past.key.i`, `past.value.i` [kvHeads, slots, capacity, D] and `past.mask` [slots, 1, capacity]; also `past.positions`
   * [slots, capacity] for models that need them.
   */
  feeds(): NamedHostTensors
  /** All slots as a block [kvHeads, slots, capacity, D], to append from. */
  block(): BlockKeyValues
}

/** Describes the first places of a slot when they are not simply consecutive and equally weighted. */
export interface Lead {
  /** Places in excess of positions: parts side by side share positions. */
  readonly surplus: number
  /** Added to attention logits on these places. */
  readonly logWeights: Float32Array
  /** Their positions for the purpose of windows. */
  readonly positions: ArrayLike<number>
}

const STEP = 64

/** The capacity for `tokens`: a multiple of the step, doubling beyond four steps. */
export function capacityFor(tokens: number): number {
  let capacity = STEP * Math.max(1, Math.ceil(tokens / STEP))
  if (capacity > 4 * STEP) capacity = 2 ** Math.ceil(Math.log2(capacity))
  return capacity
}

/** Also keeps a sum of exponentials in the same order, whatever the capacity: kernels add every 16th number. */
const FREE_STEP = 16

/** The capacity for programs that accept any: little more than is used, because all of it is read. Grows by a quarter. */
export function freeCapacityFor(tokens: number, before: number): number {
  return FREE_STEP * Math.ceil(Math.max(1, tokens, tokens > before ? before * 1.25 : 0) / FREE_STEP)
}

/** A block's arrays in the order of a cache's: key 0, value 0, key 1, … */
interface BlockArrays {
  readonly batch: number
  readonly length: number
  readonly arrays: readonly Float32Array[]
}

/** Looked up once for all rows of a block: finding them takes longer than copying a token. */
const arraysByBlock = new WeakMap<BlockKeyValues, BlockArrays>()

function arraysOf(block: BlockKeyValues, layers: number): BlockArrays {
  const known = arraysByBlock.get(block)
  if (known) return known
  const tensors = Array.from({ length: 2 * layers }, (_, i) => block[`${i % 2 ? 'value' : 'key'}.${i >> 1}`])
  const [, batch, length] = (tensors[0] as HostTensor).shape as [number, number, number, number]
  const found = { batch, length, arrays: tensors.map((tensor) => tensor?.data as Float32Array) }
  arraysByBlock.set(block, found)
  return found
}

/** @param capacityOf the capacity for a number of tokens, given the previous capacity */
export function createKeyValueCache(
  config: ModelConfig,
  slots: number,
  tokens = 1,
  capacityOf: (tokens: number, before: number) => number = capacityFor,
): KeyValueCache {
  const { layers, keyValueHeads, headSize } = config
  const withPositions = needsPositions(config)
  let capacity = capacityOf(tokens, 0)
  const lengths = new Int32Array(slots)
  const leads: (Lead | undefined)[] = new Array(slots).fill(undefined)
  const allocate = (places: number) =>
    Array.from({ length: layers * 2 }, () => new Float32Array(keyValueHeads * slots * places * headSize))
  let arrays = allocate(capacity)

  const grow = (needed: number) => {
    if (needed <= capacity) return
    const next = capacityOf(needed, capacity)
    const larger = allocate(next)
    for (const [i, old] of arrays.entries()) {
      for (let block = 0; block < keyValueHeads * slots; block++) {
        const start = block * capacity * headSize
        const used = (lengths[block % slots] as number) * headSize
        ;(larger[i] as Float32Array).set(old.subarray(start, start + used), block * next * headSize)
      }
    }
    arrays = larger
    capacity = next
  }

  const named = (prefix: string): NamedHostTensors => {
    const shape = [keyValueHeads, slots, capacity, headSize]
    const tensors: Record<string, HostTensor> = {}
    for (let layer = 0; layer < layers; layer++) {
      tensors[`${prefix}key.${layer}`] = { shape, data: arrays[2 * layer] as Float32Array }
      tensors[`${prefix}value.${layer}`] = { shape, data: arrays[2 * layer + 1] as Float32Array }
    }
    return tensors
  }

  const positions = (): Int32Array => {
    const all = new Int32Array(slots * capacity)
    for (let slot = 0; slot < slots; slot++) {
      const { surplus = 0, positions: first = [] } = leads[slot] ?? {}
      for (let place = 0; place < (lengths[slot] as number); place++) {
        all[slot * capacity + place] = first[place] ?? place - surplus
      }
    }
    return all
  }

  return {
    slots,
    get capacity() {
      return capacity
    },
    length: (slot) => lengths[slot] as number,
    position: (slot) => (lengths[slot] as number) - (leads[slot]?.surplus ?? 0),
    lead: (slot) => leads[slot],
    append(slot, block, row, count, first = 0) {
      const at = lengths[slot] as number
      grow(at + count)
      const { batch, length, arrays: sources } = arraysOf(block, layers)
      for (let i = 0; i < sources.length; i++) {
        const [array, data] = [arrays[i] as Float32Array, sources[i] as Float32Array]
        for (let head = 0; head < keyValueHeads; head++) {
          const from = ((head * batch + row) * length + first) * headSize
          const to = ((head * slots + slot) * capacity + at) * headSize
          // For single tokens, copying a few values is cheaper than creating a view for every copy.
          if (count === 1) for (let d = 0; d < headSize; d++) array[to + d] = data[from + d] as number
          else array.set(data.subarray(from, from + count * headSize), to)
        }
      }
      lengths[slot] = at + count
    },
    clear(slot, lead) {
      lengths[slot] = 0
      leads[slot] = lead
    },
    feeds() {
      const mask = new Float32Array(slots * capacity).fill(MASKED)
      for (let slot = 0; slot < slots; slot++) {
        const start = slot * capacity
        mask.fill(0, start, start + (lengths[slot] as number))
        mask.set(leads[slot]?.logWeights ?? [], start)
      }
      return {
        ...named('past.'),
        'past.mask': { shape: [slots, 1, capacity], data: mask },
        ...(withPositions && { 'past.positions': { shape: [slots, capacity], data: positions() } }),
      }
    },
    block: () => named(''),
  }
}

/** A cache whose first slots are copies of the given slots of another, with capacity for at least as many tokens as they hold. */
export function selectSlots(
  config: ModelConfig,
  cache: KeyValueCache,
  kept: readonly number[],
  { slots = kept.length, places = 0 }: { readonly slots?: number; readonly places?: number } = {},
): KeyValueCache {
  const longest = Math.max(1, places, ...kept.map((slot) => cache.length(slot)))
  const selected = createKeyValueCache(config, slots, longest, freeCapacityFor)
  const block = cache.block()
  for (const [to, from] of kept.entries()) {
    selected.clear(to, cache.lead(from))
    selected.append(to, block, from, cache.length(from))
  }
  return selected
}
