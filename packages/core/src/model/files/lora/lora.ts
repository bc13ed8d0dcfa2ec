import { PatchError } from '../../../errors.ts'
import type { StoredPlace } from '../../../storage/place.ts'
import { openSafetensors } from '../tensors/safetensors.ts'
import { missingTensor } from '../tensors/tensor-reader.ts'
import { adapterFiles } from './adapter-files.ts'
import { type LoraSource, type LoraTarget, type WeightChange, weightChanges } from './lora-changes.ts'
import { parseLoraConfig } from './lora-config.ts'
import { modulesOf } from './lora-tensors.ts'
import { type LoraFactors, mergeEmbeddingLora, mergeLora, setNorms } from './merge-lora.ts'

export type { LoraTarget }

/** A PEFT LoRA adapter, read weight by weight. Weights have Hugging Face names: `model.layers.0.mlp.down_proj.weight`. */
export interface LoraAdapter {
  /** Id or path of the base model, if the adapter names one. */
  readonly baseModel: string | undefined
  /** The weights that it changes by a product of two factors. */
  readonly targets: ReadonlyMap<string, LoraTarget>
  /** The weights that it replaces, and their shapes. */
  readonly replaced: ReadonlyMap<string, readonly number[]>
  /** All weights that it changes in any way. */
  readonly changed: ReadonlySet<string>
  /** Whether changes to the embeddings also apply to a tied output projection (`ensure_weight_tying`). */
  readonly keepsTies: boolean
  /** Whether a module was trained and saved in full (`modules_to_save`). */
  savesWhole(module: string): boolean
  /** A and B of a target, float32. `MISSING_TENSOR` for any other weight. */
  read(weightName: string): Promise<LoraFactors>
  /**
   * Changes the weight in place as PEFT's `merge_and_unload` does; returns whether there was anything to change. `SHAPE_MISMATCH`
   * if the weight does not have the shape that the adapter was made for.
   *
   * @param tied a second name of the same weight, whose changes are applied after the first's
   */
  merge(weightName: string, weight: Float32Array, shape: readonly number[], tied?: string): Promise<boolean>
  close(): Promise<void>
}

/**
 * Opens a folder as written by PEFT's `save_pretrained`: adapter_config.json and adapter_model.safetensors.
 *
 * @throws PatchError `NOT_FOUND`, `TRUNCATED`, `MALFORMED`; `UNSUPPORTED` for what `loraRules` refuses and for pickled weights;
 *   `SHAPE_MISMATCH` if A and B do not have the configured rank.
 */
export async function openLora(folder: StoredPlace): Promise<LoraAdapter> {
  const { config, weights } = await adapterFiles(folder)
  const parsed = parseLoraConfig(config.name, config.bytes)
  const reader = await openSafetensors(await folder.storage.open(weights))
  try {
    return adapter({ file: weights, config: parsed, reader })
  } catch (error) {
    await reader.close()
    throw error
  }
}

function adapter(source: LoraSource): LoraAdapter {
  const { file, config, reader } = source
  const changes = weightChanges(source, modulesOf(file, reader))
  const targets = new Map<string, LoraTarget>()
  const replaced = new Map<string, readonly number[]>()
  for (const [weight, list] of changes) {
    for (const change of list) {
      if (change.kind === 'product') targets.set(weight, change.target)
      if (change.kind === 'whole') replaced.set(weight, reader.tensors.get(change.tensor)?.shape ?? [])
    }
  }
  return {
    baseModel: config.baseModel,
    targets,
    replaced,
    changed: new Set(changes.keys()),
    keepsTies: config.keepsTies,
    savesWhole: config.savesWhole,
    async read(weightName) {
      const product = changes.get(weightName)?.find((change) => change.kind === 'product')
      if (!product) throw missingTensor(`${weightName.replace(/\.weight$/, '')}.lora_A.weight`, file)
      return readFactors(source, product)
    },
    async merge(weightName, weight, shape, tied) {
      const own = changes.get(weightName) ?? []
      const all = [...own, ...((tied !== undefined && changes.get(tied)) || [])]
      const whole = all.filter(({ kind }) => kind === 'whole')
      for (const change of [...whole, ...all.filter(({ kind }) => kind !== 'whole')]) {
        await applyChange(source, { name: weightName, data: weight, shape }, change)
      }
      return all.length > 0
    },
    close: () => reader.close(),
  }
}

interface NamedWeight {
  readonly name: string
  readonly data: Float32Array
  readonly shape: readonly number[]
}

async function applyChange(source: LoraSource, weight: NamedWeight, change: WeightChange): Promise<void> {
  const { reader } = source
  const { data, shape } = weight
  const shapeOf = (tensor: string) => reader.tensors.get(tensor)?.shape ?? []
  switch (change.kind) {
    case 'whole':
      checkShape(source, weight, shapeOf(change.tensor))
      data.set(await reader.read(change.tensor))
      return
    case 'sum': {
      checkShape(source, weight, shapeOf(change.tensor))
      const added = await reader.read(change.tensor)
      for (let i = 0; i < data.length; i++) data[i]! += change.scale * added[i]!
      return
    }
    case 'rows': {
      const [most = 0, width = 0] = shape
      const highest = change.rows.reduce((most, row) => Math.max(most, row + 1), 0)
      checkShape(source, weight, [Math.max(most, highest), ...shapeOf(change.tensor).slice(1)])
      const rows = await reader.read(change.tensor)
      for (const [i, row] of change.rows.entries())
        data.set(rows.subarray(i * width, (i + 1) * width), row * width)
      return
    }
    case 'product': {
      const { target, of, magnitude } = change
      checkShape(source, weight, target.shape)
      const merge = of === 'linear' ? mergeLora : mergeEmbeddingLora
      merge(data, target.shape, await readFactors(source, change))
      if (magnitude === undefined) return
      setNorms(data, target.shape, await reader.read(magnitude), of === 'linear' ? 'rows' : 'columns')
    }
  }
}

async function readFactors(
  { reader }: LoraSource,
  { a, b, target: { rank, scale } }: WeightChange & { kind: 'product' },
): Promise<LoraFactors> {
  return { a: await reader.read(a), b: await reader.read(b), rank, scale }
}

function checkShape({ file }: LoraSource, { name, shape }: NamedWeight, made: readonly number[]): void {
  if (shape.length === made.length && shape.every((size, axis) => size === made[axis])) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `${name} of shape [${made.join(', ')}], as ${file} requires,`,
    found: `[${shape.join(', ')}]`,
    remedy: 'Use an adapter made for this model',
  })
}
