import { onnxFile } from '@policypatch/backend-node'
import { applyPatch, type LanguageModel } from '@policypatch/core'
import { type PatchContents, patchedDecoder } from '@policypatch/core/patch'
import { type Place, storedAt } from '@policypatch/core/platform'

/**
 * Writes a model with one or more patches as a single ONNX file, for runtimes that do not support patches. Inputs: `input_ids`
 * and `position_ids` [1, T], and a cache `past_key_values.{i}.key|value`, initially of length 0. Outputs: `logits` [1, T, V] and
 * the cache `present.{i}.key|value`. Weights are float32; load the model in that precision, so that the patch's keys and values
 * match.
 *
 * @throws the errors of `applyPatch`; `UNSUPPORTED` above 2 GiB; `STORAGE_FAILED`.
 */
export async function exportOnnx(
  model: LanguageModel,
  patch: PatchContents | readonly PatchContents[],
  file: Place,
): Promise<void> {
  const decoder = await patchedDecoder(applyPatch(model, patch))
  const { storage, path } = storedAt(file)
  await storage.write(path, onnxFile(decoder))
}
