import type {
  Backend,
  CompiledProgram,
  NamedHostTensors,
  NamedTensors,
  NamedWeights,
  Precision,
  Signature,
  TensorProgram,
  TensorSpec,
} from '../../backend/backend.ts'
import { settleAll } from '../../errors.ts'
import { nextTurn } from '../../next-turn.ts'
import type { Tensor } from '../../tf.ts'

interface ProgramCacheOptions {
  /** Maximum number of programs held. Default 24. */
  readonly capacity?: number | undefined
  /**
   * What its programs have in common besides their keys, to distinguish them from other caches' programs; see `Signature.key`.
   */
  readonly scope?: string | undefined
}

/** Compiled programs by key. Beyond the capacity, the least recently used are disposed of. */
export interface ProgramCache {
  get(key: string, build: () => { program: TensorProgram; signature: Signature }): Promise<CompiledProgram>
  has(key: string): boolean
  dispose(): Promise<void>
}

export function createProgramCache(
  backend: Backend,
  { capacity = 24, scope }: ProgramCacheOptions = {},
): ProgramCache {
  const held = new Map<string, Promise<CompiledProgram>>()
  return {
    async get(key, build) {
      const known = held.get(key)
      if (known) {
        held.delete(key)
        held.set(key, known)
        return known
      }
      const { program, signature } = build()
      const named = scope === undefined ? signature : { ...signature, key: `${scope} ${key}` }
      const compiled = backend.compile(program, named)
      held.set(key, compiled)
      compiled.catch(() => held.get(key) === compiled && held.delete(key))
      if (held.size > capacity) {
        const [oldest, evicted] = held.entries().next().value as [string, Promise<CompiledProgram>]
        held.delete(oldest)
        await disposed(evicted)
      }
      return compiled
    },
    has: (key) => held.has(key),
    async dispose() {
      const all = [...held.values()]
      held.clear()
      await settleAll(all.map(disposed))
    },
  }
}

/**
 * Disposes of a program after those who already got it have started their runs. A failed compilation was already reported to its
 * caller, and there is nothing to dispose of.
 */
async function disposed(compiled: Promise<CompiledProgram>): Promise<void> {
  const program = await compiled.catch(() => undefined)
  await nextTurn()
  await program?.dispose()
}

/** What a program that runs a model is bound to. */
export interface BoundModel {
  readonly weights: NamedWeights
  readonly precision: Precision
}

/** Names of a feed's axes with variable length; see {@link TensorSpec}. */
type FreeAxes = (feed: string) => TensorSpec['free']

/** The signature for given feeds, and for others that differ only in the length of free axes. */
export function signatureOf(
  feeds: NamedHostTensors,
  { weights, precision }: BoundModel,
  freeAxes: FreeAxes = () => undefined,
): Signature {
  const inputs: Record<string, TensorSpec> = {}
  for (const [name, { shape: fed, data }] of Object.entries(feeds)) {
    const free = freeAxes(name)
    const shape = free ? fed.map((length, axis) => (free[axis] === undefined ? length : 1)) : fed
    const dtype = data instanceof Float32Array ? 'float32' : 'int32'
    inputs[name] = { shape, dtype, ...(free && { free }) }
  }
  return { inputs, weights, precision }
}

/** A program's inputs for its feeds, under the same names. */
export type InputsOf<Feeds> = { readonly [Name in keyof Feeds]: Tensor }

/** A program for given feeds, with its signature; see {@link signatureOf}. */
export function programFor<Feeds extends NamedHostTensors>(
  feeds: Feeds,
  model: BoundModel,
  program: (inputs: InputsOf<Feeds>, weights: NamedTensors) => NamedTensors,
  freeAxes?: FreeAxes,
): { readonly program: TensorProgram; readonly signature: Signature } {
  return {
    program: (inputs, weights) => program(inputs as InputsOf<Feeds>, weights),
    signature: signatureOf(feeds, model, freeAxes),
  }
}
