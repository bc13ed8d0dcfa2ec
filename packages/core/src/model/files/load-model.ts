/**
 * Loading: turns a model's files into a `LanguageModel`. Opening the folder or GGUF file (open-model-folder, open-gguf-model)
 * gives its architecture, configuration, tokenizer and a reader of tensors (tensors/). The weights that the architecture names
 * are then read (load-weights), merging an adapter if there is one (lora/). Packed weights stay packed and are decoded when used
 * (dequantize/).
 */

import type { Backend, Precision } from '../../backend/backend.ts'
import { PatchError, settleAll } from '../../errors.ts'
import { type Place, type StoredPlace, storedAt } from '../../storage/place.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { createLanguageModel } from '../create-language-model.ts'
import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { programScope } from '../decoder/program-scope.ts'
import type { LanguageModel } from '../language-model/language-model.ts'
import { adaptedConfig } from './adapt-model.ts'
import { boundedTokenizer } from './bounded-tokenizer.ts'
import { storedTies } from './embedding-ties.ts'
import { loadWeights } from './load-weights.ts'
import type { LoraAdapter } from './lora/lora.ts'
import { type OpenedModel, openModelFolder, readTokenizer } from './open-model-folder.ts'

export interface LoadModelOptions {
  readonly backend: Backend
  /** Whether the model's `dispose` also frees the backend, because it was created for this model alone. Default false. */
  readonly ownsBackend?: boolean
  /** The model's name in manifests. Default: the path. */
  readonly id?: string
  /** Folder of a PEFT LoRA adapter to merge into the weights as they are read. */
  readonly adapter?: Place
  /** Additional architectures. */
  readonly architectures?: readonly Architecture[]
  /** Receives notices about the model, one line each. */
  readonly onNotice?: ((line: string) => void) | undefined
  /** Called with the number of tensors read so far, and the total. */
  readonly onProgress?: (done: number, total: number) => void
  /** Precision of products with the weights. Default `float32`. */
  readonly precision?: Precision
  /** Maximum size of the cached keys and values of applied prefixes, in bytes. Default 256 MiB. */
  readonly prefixCacheBytes?: number | undefined
  readonly signal?: AbortSignal
  /** Digest of the weight files, if the caller knows it. */
  readonly weightsDigest?: string | undefined
  /**
   * Identifies the files, for example by that digest, so that the backend may cache what it derives from their weights for later
   * processes. Called only if weights stay packed. Default: no caching.
   */
  readonly origin?: (() => Promise<string>) | undefined
}

/**
 * Loads a model: a GGUF file, or a folder as written by `save_pretrained` (config.json, tokenizer.json, tokenizer_config.json,
 * *.safetensors). Weights are read tensor by tensor; matrices are kept as stored and expanded to float32 when used.
 */
export async function loadStoredModel(model: Place, options: LoadModelOptions): Promise<LanguageModel> {
  const place = storedAt(model)
  const opened = await open(place, options)
  const { reader, architecture } = opened
  let adapter: LoraAdapter | undefined
  try {
    if (options.adapter) {
      const { openLora } = await import('./lora/lora.ts')
      adapter = await openLora(storedAt(options.adapter))
    }
    const config = await storedTies(reader, architecture, opened.config)
    const adapted = adapter ? adaptedConfig(adapter, architecture, config) : config
    const scope = programScope({ architecture, config })
    const { origin: digest } = options
    const weights = await loadWeights(reader, architecture, config, {
      adapted,
      adapter,
      // A tied matrix is held in float32 for the output products, unless those use a form of their own.
      packsEmbeddings: !adapted.tiedEmbeddings || options.precision === 'int8',
      origin: scope !== undefined && digest ? async () => `${await digest()} ${scope}` : undefined,
      onProgress: options.onProgress,
      signal: options.signal,
    })
    const {
      id = place.path,
      backend,
      ownsBackend = false,
      precision,
      prefixCacheBytes,
      weightsDigest,
    } = options
    return await createLanguageModel({
      id,
      architecture,
      config: adapted,
      tokenizer: checkedEos(
        boundedTokenizer(await tokenizerOf(opened, adapted, options), adapted.vocabSize),
        adapted,
      ),
      weights,
      ...{ backend, ownsBackend, prefixCacheBytes, weightsDigest },
      precision,
    })
  } finally {
    await settleAll([reader, adapter].map((file) => file?.close() ?? Promise.resolve()))
  }
}

async function open(place: StoredPlace, options: LoadModelOptions): Promise<OpenedModel> {
  if (!place.path.toLowerCase().endsWith('.gguf')) return openModelFolder(place, options)
  const { openGgufModel } = await import('./open-gguf-model.ts')
  return openGgufModel(place, options)
}

/** The model's tokenizer, or the adapter's if its vocabulary differs and a tokenizer was saved with it. */
async function tokenizerOf(
  { tokenizer, config }: OpenedModel,
  adapted: ModelConfig,
  { adapter, onNotice }: LoadModelOptions,
): Promise<Tokenizer> {
  if (!adapter || adapted.vocabSize === config.vocabSize) return tokenizer
  const folder = storedAt(adapter)
  const hasOwn = await folder.storage.exists(`${folder.path}/tokenizer.json`)
  return hasOwn ? readTokenizer(folder, {}, { onNotice }) : tokenizer
}

/** Responses are trained to end with the first end-of-sequence id, so the model must have it. */
function checkedEos(tokenizer: Tokenizer, { vocabSize }: ModelConfig): Tokenizer {
  const [eos = 0] = tokenizer.eosTokenIds
  if (eos < vocabSize) return tokenizer
  throw new PatchError('MALFORMED', {
    expected: `an end-of-sequence id below ${vocabSize}, the size of the vocabulary (vocab_size),`,
    found: `${eos}`,
    remedy: 'The configuration and the tokenizer belong to different models; download both again',
  })
}
