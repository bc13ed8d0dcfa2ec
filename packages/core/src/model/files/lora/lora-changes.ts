import { PatchError } from '../../../errors.ts'
import { checkFloat, type TensorReader } from '../tensors/tensor-reader.ts'
import type { LoraConfig } from './lora-config.ts'
import type { ModuleTensors } from './lora-tensors.ts'

/** A weight that an adapter changes by a product of two factors. */
export interface LoraTarget {
  /** [out, in], as PyTorch stores a linear layer; [V, d] for an embedding. */
  readonly shape: readonly [number, number]
  readonly rank: number
  readonly scale: number
}

/** One change to a weight; `tensor`, `a`, `b` and `magnitude` are names in the adapter's file. */
export type WeightChange =
  | { readonly kind: 'whole'; readonly tensor: string }
  | {
      readonly kind: 'product'
      readonly of: 'linear' | 'embedding'
      readonly target: LoraTarget
      readonly a: string
      readonly b: string
      /** DoRA's norms. */
      readonly magnitude: string | undefined
    }
  | { readonly kind: 'sum'; readonly tensor: string; readonly scale: number }
  | { readonly kind: 'rows'; readonly tensor: string; readonly rows: readonly number[] }

/** An adapter's file and configuration. */
export interface LoraSource {
  readonly file: string
  readonly config: LoraConfig
  readonly reader: TensorReader
}

/**
 * The changes to each weight, in order.
 *
 * @throws PatchError `MALFORMED` if tensors and configuration contradict each other, `SHAPE_MISMATCH`, and `UNSUPPORTED` for
 *   integer tensors
 */
export function weightChanges(
  source: LoraSource,
  modules: ReadonlyMap<string, ModuleTensors>,
): ReadonlyMap<string, readonly WeightChange[]> {
  const changes = new Map<string, WeightChange[]>()
  const add = (weight: string, change: WeightChange) =>
    changes.set(weight, [...(changes.get(weight) ?? []), change])
  for (const [module, tensors] of modules) {
    for (const name of Object.values(tensors)) checkFloat(source.reader, name)
    if (tensors.weight) add(`${module}.weight`, { kind: 'whole', tensor: tensors.weight })
    if (tensors.bias) add(`${module}.bias`, { kind: 'whole', tensor: tensors.bias })
    const product = productOf(source, module, tensors)
    if (product) add(`${module}.weight`, product)
    if (tensors.bBias)
      add(`${module}.bias`, { kind: 'sum', tensor: tensors.bBias, scale: source.config.scale(module) })
    if (tensors.rows) add(`${module}.weight`, rowsOf(source, module, tensors.rows))
  }
  const hasRows = [...modules.values()].some(({ rows }) => rows !== undefined)
  const absent =
    source.config.missing([...modules.keys()]) ??
    (source.config.trainsRows && !hasRows ? 'trainable_token_indices' : undefined)
  if (absent) throw contradiction(source.file, `tensors for ${absent}, as adapter_config.json says,`, 'none')
  return changes
}

function productOf(
  source: LoraSource,
  module: string,
  tensors: ModuleTensors,
): (WeightChange & { kind: 'product' }) | undefined {
  const { file, config } = source
  const { a, b, embeddingA, embeddingB, magnitude, bBias } = tensors
  const linear = a !== undefined || b !== undefined
  const [first, second] = linear ? [a, b] : [embeddingA, embeddingB]
  if (linear ? (embeddingA ?? embeddingB) : false)
    throw contradiction(file, `one pair of factors for ${module}`, 'two')
  const agree = [
    ['use_dora', config.usesDora && (first ?? second), magnitude],
    ['lora_bias', config.hasBias && linear, bBias],
  ] as const
  const odd = agree.find(([, configured, found]) => Boolean(configured) !== (found !== undefined))
  if (odd) throw contradiction(file, `tensors of ${module} as ${odd[0]} says`, odd[2] ?? 'none')
  if (first === undefined && second === undefined) return undefined
  const field = config.leavesOut(module)
  if (field) throw contradiction(file, `no factors for ${module}, which ${field} leaves out`, 'them')
  const rank = config.rank(module)
  const ends = linear ? ['lora_A.weight', 'lora_B.weight'] : ['lora_embedding_A', 'lora_embedding_B']
  const [, inSize] = shapeOf(source, first ?? { absent: `${module}.${ends[0]}` }, rank, 'A')
  const [outSize] = shapeOf(source, second ?? { absent: `${module}.${ends[1]}` }, rank, 'B')
  return {
    kind: 'product',
    of: linear ? 'linear' : 'embedding',
    target: { shape: linear ? [outSize, inSize] : [inSize, outSize], rank, scale: config.scale(module) },
    a: first as string,
    b: second as string,
    magnitude,
  }
}

function rowsOf({ file, config, reader }: LoraSource, module: string, tensor: string): WeightChange {
  const rows = config.trainedRows(module)
  const count = reader.tensors.get(tensor)?.shape[0]
  if (rows && rows.length === count) return { kind: 'rows', tensor, rows }
  throw contradiction(
    file,
    `${rows?.length ?? 'no'} rows of ${module}, as trainable_token_indices says,`,
    `${count}`,
  )
}

function shapeOf(
  { file, reader }: LoraSource,
  name: string | { readonly absent: string },
  rank: number,
  factor: 'A' | 'B',
): [number, number] {
  if (typeof name !== 'string')
    throw contradiction(file, `a tensor ${name.absent} with its other half`, 'none')
  const shape = reader.tensors.get(name)?.shape ?? []
  if (shape.length === 2 && shape[factor === 'A' ? 0 : 1] === rank) return [shape[0]!, shape[1]!]
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `${name} of shape ${factor === 'A' ? `[${rank}, in]` : `[out, ${rank}]`} in ${file}`,
    found: `[${shape.join(', ')}]`,
    remedy: 'Its adapter_config.json belongs to another adapter; save or download both again',
  })
}

function contradiction(file: string, expected: string, found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: `${expected} in ${file}`,
    found,
    remedy:
      'The adapter is incomplete, or its two files belong to different adapters; save or download both again',
  })
}
