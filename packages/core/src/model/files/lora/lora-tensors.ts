import { PatchError } from '../../../errors.ts'
import { excerpt } from '../../../text/printable.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'

/** An adapter's tensors for one module, by role. */
export interface ModuleTensors {
  /** A and B of a linear layer. */
  a?: string
  b?: string
  /** The bias of B. */
  bBias?: string
  /** A and B of an embedding. */
  embeddingA?: string
  embeddingB?: string
  /** DoRA's norms. */
  magnitude?: string
  /** Embedding rows that were trained individually. */
  rows?: string
  /** The module's own weight and bias, which replace the model's. */
  weight?: string
  bias?: string
}

const prefix = 'base_model.model.'

const kinds: readonly (readonly [RegExp, keyof ModuleTensors])[] = [
  [/\.lora_A\.weight$/, 'a'],
  [/\.lora_B\.weight$/, 'b'],
  [/\.lora_B\.bias$/, 'bBias'],
  [/\.lora_embedding_A$/, 'embeddingA'],
  [/\.lora_embedding_B$/, 'embeddingB'],
  [/\.lora_magnitude_vector(\.weight)?$/, 'magnitude'],
  [/\.token_adapter\.trainable_tokens_delta$/, 'rows'],
  [/(\.token_adapter)?(\.base_layer)?\.weight$/, 'weight'],
  [/(\.token_adapter)?(\.base_layer)?\.bias$/, 'bias'],
]

/** Duplicates that PEFT saves if a vocabulary was resized and its embeddings saved in full. */
const copies = /\.(modules_to_save|original_module)(\.\w+)$/

/**
 * Groups an adapter's tensors by module, such as `model.layers.0.mlp.down_proj`.
 *
 * @throws PatchError `UNSUPPORTED` for any other kind of tensor
 */
export function modulesOf(file: string, reader: TensorReader): ReadonlyMap<string, ModuleTensors> {
  const modules = new Map<string, ModuleTensors>()
  for (const name of reader.tensors.keys()) {
    if (copies.test(name) && reader.tensors.has(name.replace(copies, '$2'))) continue
    const [pattern, kind] = kinds.find(([ending]) => ending.test(name)) ?? []
    const module = pattern && name.startsWith(prefix) ? name.slice(prefix.length).replace(pattern, '') : ''
    if (!kind || module === '' || /(^|\.)(lora_|modules_to_save|original_module)/.test(module)) {
      throw new PatchError('UNSUPPORTED', {
        expected: `only LoRA and DoRA tensors, trained tokens, and fully saved modules in ${file}`,
        found: `tensor ${excerpt(name, 120)}`,
        remedy: 'Merge the adapter into its model with PEFT and use the merged model',
      })
    }
    const tensors = modules.get(module) ?? {}
    tensors[kind] = name
    modules.set(module, tensors)
  }
  return modules
}
