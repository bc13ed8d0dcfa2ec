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
import type { Tensor } from '../../tf.ts'

interface ProgramCacheOptions {
  /** Programs held at once. Default 24. */
  readonly capacity?: number | undefined
  /** What all its programs have in common, besides their keys, that tells them from others; see `Signature.key`. */
  readonly scope?: string | undefined
}

/** Compiled programs by key, the least recently used disposed of beyond the capacity. */
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

/** One that could not be compiled has told whoever asked for it, and has nothing to dispose of. */
async function disposed(compiled: Promise<CompiledProgram>): Promise<void> {
  const program = await compiled.catch(() => undefined)
  await program?.dispose()
}

/** What a program that runs a model is bound to. */
export interface BoundModel {
  readonly weights: NamedWeights
  readonly precision: Precision
}

/** Names of the axes of a feed whose length may change; see {@link TensorSpec}. */
type FreeAxes = (feed: string) => TensorSpec['free']

/** The signature that fits given feeds, and others that differ from them in the length of free axes alone. */
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

/** What a program is given for its feeds, under the same names. */
export type InputsOf<Feeds> = { readonly [Name in keyof Feeds]: Tensor }

/** A program of given feeds, with the signature that fits them; see {@link signatureOf}. */
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
