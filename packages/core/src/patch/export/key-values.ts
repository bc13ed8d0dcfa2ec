import type { HostTensor, NamedHostTensors } from '../../backend/backend.ts'
import { partKeyValues } from '../../model/extend/shared-context.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { coreOf } from '../../model/language-model/model-core.ts'
import { checkFit } from '../apply/check-fit.ts'
import { checkOnePart } from '../check-prefix.ts'
import type { PatchContents } from '../patch.ts'

/** A patch as a decoder's initial cache. */
export interface PatchKeyValues {
  /** m: number of positions in the cache. */
  readonly length: number
  /** `past_key_values.{i}.key` and `.value`, [1, kvHeads, m, D] float32, keys after RoPE at positions 0 … m−1. */
  readonly tensors: NamedHostTensors
  /** The tensors as a safetensors file whose metadata names patch, base and fingerprints. */
  readonly file: Uint8Array
}

/**
 * The keys and values of a patch, for a decoder with inputs `past_key_values.{i}.key|value`, as Optimum exports them to ONNX and
 * `@huggingface/transformers` runs them: a prompt then starts at position m, and its attention mask with m ones. They depend on
 * this model's weights and precision; another base, or other weights, need their own.
 *
 * @throws the errors of `checkFit`; `UNSUPPORTED` for a parallel stack, because positions in such a cache are consecutive.
 */
export async function exportKeyValues(model: LanguageModel, patch: PatchContents): Promise<PatchKeyValues> {
  checkFit(model, patch)
  const { manifest, prefix } = patch
  checkOnePart(patch)
  const block = await partKeyValues(coreOf(model), prefix)
  const tensors: Record<string, HostTensor> = {}
  for (let layer = 0; layer < model.config.layers; layer++) {
    for (const kind of ['key', 'value'] as const) {
      const { data, shape } = block[`${kind}.${layer}`] as HostTensor
      const [heads, , length, size] = shape as [number, number, number, number]
      tensors[`past_key_values.${layer}.${kind}`] = { shape: [1, heads, length, size], data }
    }
  }
  const file = writeSafetensors(tensors, {
    format: 'pt',
    patch: `${manifest.name}@${manifest.version}`,
    base_model: model.id,
    weights: model.weightsFingerprint,
    tokenizer: model.tokenizer.fingerprint,
    precision: model.precision,
  })
  return { length: prefix.length, tensors, file }
}
