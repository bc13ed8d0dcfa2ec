import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { StageProgress } from '../../pairs/collect-responses.ts'
import type { Storage } from '../../storage/storage.ts'

/** Options of every measure of ability, besides its data. */
export interface AbilityOptions {
  /** A model, patched or not. */
  readonly model: LanguageModel
  /** Its name in figures. Default `patched` if it has a prefix, else `base`. */
  readonly subject?: string
  /** Seed of its training, for the figures. */
  readonly seed?: number
  /** The name of the data in figures. */
  readonly data?: string
  /** Rows read or generated together. */
  readonly batchSize?: number
  /** If set, what is found are saved in `path`, so that a stopped run can be resumed. */
  readonly storage?: Storage
  /** The measure's own name with `.jsonl` unless it is given. */
  readonly path?: string
  readonly onProgress?: (progress: StageProgress) => void
  readonly signal?: AbortSignal
}
