import { PatchError } from '../../errors.ts'
import { isTarget, type KindNames, kindNames, type PromptKind } from '../../pairs/rows/prompt-kind.ts'
import { createRandom, type RandomState } from '../../random.ts'

/** The side that an example is on, whatever its kind is called. */
type Side = 'harmful' | 'harmless'

const sideOf = (kind: PromptKind): Side => (isTarget(kind) ? 'harmful' : 'harmless')

/** A sampler's position: enough to continue exactly. */
export interface SamplerState {
  readonly random: RandomState
  readonly left: Readonly<Record<Side, readonly number[]>>
  readonly epoch: number
  /** Fraction of a harmless example still owed, so that shares also hold on average for small batches. */
  readonly owed: number
}

/** Chooses the examples of each batch: a given share of harmless ones, and every example once before any repeats. */
export interface Sampler {
  /** Indices of the next batch's examples. */
  next(batchSize: number): number[]
  /** Number of passes over the data so far. */
  epoch(): number
  state(): SamplerState
  load(state: SamplerState): void
}

export interface SamplerOptions {
  /** Share of harmless examples in a batch, in [0, 1]. Default: their share in the data. */
  readonly harmlessShare?: number | undefined
  readonly seed: number
}

export function createSampler(
  kinds: readonly PromptKind[],
  { harmlessShare, seed }: SamplerOptions,
): Sampler {
  const pools: Record<Side, number[]> = { harmful: [], harmless: [] }
  for (const [index, kind] of kinds.entries()) pools[sideOf(kind)].push(index)
  const share = harmlessShare ?? pools.harmless.length / Math.max(1, kinds.length)
  checkShare(share, pools, kindNames(kinds.map((kind) => ({ kind }))))
  let random = createRandom(seed)
  let left: Record<Side, number[]> = { harmful: [], harmless: [] }
  let drawn = 0
  let owed = 0

  const draw = (kind: Side): number => {
    if (left[kind].length === 0) left[kind] = random.shuffle(pools[kind])
    drawn++
    return left[kind].pop() as number
  }
  return {
    next(batchSize) {
      owed += share * batchSize
      const harmless = Math.min(batchSize, Math.floor(owed + 1e-9))
      owed -= harmless
      const kindsOfBatch = Array.from(
        { length: batchSize },
        (_, i): Side => (i < harmless ? 'harmless' : 'harmful'),
      )
      return kindsOfBatch.map(draw)
    },
    epoch: () => drawn / kinds.length,
    state: () => ({
      random: random.state(),
      left: { harmful: [...left.harmful], harmless: [...left.harmless] },
      epoch: drawn,
      owed,
    }),
    load(state) {
      random = createRandom(state.random)
      left = { harmful: [...state.left.harmful], harmless: [...state.left.harmless] }
      drawn = state.epoch
      owed = state.owed
    },
  }
}

/**
 * Indices of the examples that a run draws, in ascending order: all of them unless it is shorter than one pass, and at least one
 * of each kind.
 */
export function drawnIndices(
  kinds: readonly PromptKind[],
  {
    steps,
    batchSize = 8,
    ...options
  }: SamplerOptions & { readonly steps: number; readonly batchSize?: number | undefined },
): number[] {
  const sampler = createSampler(kinds, options)
  const drawn = new Set<number>()
  for (let step = 0; step < steps && drawn.size < kinds.length; step++) {
    for (const index of sampler.next(batchSize)) drawn.add(index)
  }
  // In such a short run, a share can be too small for one example of a kind, but a sampler needs one of each.
  for (const side of ['harmful', 'harmless'] as const) {
    const own = [...kinds.keys()].filter((index) => sideOf(kinds[index] as PromptKind) === side)
    if (own[0] !== undefined && !own.some((index) => drawn.has(index))) drawn.add(own[0])
  }
  return [...drawn].sort((a, b) => a - b)
}

function checkShare(share: number, pools: Readonly<Record<Side, readonly number[]>>, names: KindNames): void {
  if (!(share >= 0 && share <= 1)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a harmlessShare in [0, 1]',
      found: `${share}`,
      remedy: 'Choose another share',
    })
  }
  const missing = [
    share > 0 && pools.harmless.length === 0 && names.keep,
    share < 1 && pools.harmful.length === 0 && names.target,
  ].filter((kind) => kind !== false)
  if (missing.length === 0) return
  throw new PatchError('EMPTY_DATA', {
    expected: `examples of both kinds for a harmlessShare of ${share}`,
    found: `no ${missing.join(' and no ')} example`,
    remedy: 'Add such prompts, or set harmlessShare to 0 or 1',
  })
}
