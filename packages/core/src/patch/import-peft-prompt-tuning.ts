import { adapterFiles } from '../model/files/lora/adapter-files.ts'
import type { Prefix } from '../model/language-model/language-model.ts'
import { readWithin, type Storage } from '../storage/storage.ts'
import { readAdapter } from './read-adapter.ts'

/** Of a file of embeddings: 1024 virtual tokens of width 16384 in float64. */
const mostBytes = 2 ** 27

/**
 * The prefix in a directory that PEFT's `save_pretrained` wrote for a PromptTuningConfig, or a PromptEncoderConfig
 * (P-tuning): its saved rows, ready for `model.withPrefix`, or to be made a patch of with `createPatch`. Such a directory names no fingerprint, so
 * whether it belongs to the model is for the caller to know.
 *
 * Throws `NOT_FOUND`, `UNSUPPORTED` (other adapters, pickled weights), `MALFORMED`, `TRUNCATED`, `SHAPE_MISMATCH`,
 * `NOT_FINITE`.
 */
export async function importPeftPromptTuning(storage: Storage, directory: string): Promise<Prefix> {
  const { config, weights } = await adapterFiles(storage, directory)
  return readAdapter(config, { name: weights, bytes: await readWithin(storage, weights, mostBytes) })
}
