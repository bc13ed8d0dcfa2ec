import type { Backend, Precision } from '../backend.ts'
import { PatchError } from '../errors.ts'
import type { Storage } from '../storage.ts'
import { createTokenizer, type TokenizerFiles } from '../tokenize/load-tokenizer.ts'
import type { Architecture } from './architecture.ts'
import { findArchitecture } from './architectures/find-architecture.ts'
import { createLanguageModel } from './create-language-model.ts'
import type { LanguageModel } from './language-model.ts'
import { loadWeights } from './load-weights.ts'
import type { LoraAdapter } from './lora.ts'
import type { OpenedModel } from './opened-model.ts'
import { openShardedSafetensors } from './safetensors.ts'

/** A folder of a storage, or a file in it. */
export interface StoredPlace {
  readonly storage: Storage
  readonly path: string
}

export interface LoadModelOptions {
  readonly backend: Backend
  /** Name of the model in manifests. Default: the path. */
  readonly id?: string
  /** A folder with a PEFT LoRA adapter that is merged into the weights as they are read. */
  readonly adapter?: StoredPlace
  /** Architectures beside those of the package. */
  readonly architectures?: readonly Architecture[]
  /** Tensors read so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void
  /** How exactly products with the weights are worked out. Default `float32`. */
  readonly precision?: Precision
  readonly signal?: AbortSignal
}

/**
 * Loads a model: a GGUF file, or a folder as `save_pretrained` writes it (config.json, tokenizer.json,
 * tokenizer_config.json, *.safetensors). Weights are read tensor by tensor and kept as float32.
 */
export async function loadStoredModel(place: StoredPlace, options: LoadModelOptions): Promise<LanguageModel> {
  const { reader, architecture, config, tokenizer } = await open(place, options)
  let adapter: LoraAdapter | undefined
  try {
    if (options.adapter) {
      const { openLora } = await import('./lora.ts')
      adapter = await openLora(options.adapter.storage, options.adapter.path)
    }
    const weights = await loadWeights(reader, architecture, config, {
      ...(adapter && { adapter }),
      ...(options.onProgress && { onProgress: options.onProgress }),
      ...(options.signal && { signal: options.signal }),
    })
    const { id = place.path, backend, precision } = options
    return await createLanguageModel({
      id,
      architecture,
      config,
      tokenizer,
      weights,
      backend,
      ...(precision && { precision }),
    })
  } finally {
    await adapter?.close()
    await reader.close()
  }
}

async function open(place: StoredPlace, options: LoadModelOptions): Promise<OpenedModel> {
  if (!place.path.toLowerCase().endsWith('.gguf')) return openFolder(place, options)
  const { openGgufModel } = await import('./open-gguf-model.ts')
  return openGgufModel(place, options.architectures)
}

async function openFolder({ storage, path }: StoredPlace, options: LoadModelOptions): Promise<OpenedModel> {
  const json = await readJson(storage, `${path}/config.json`)
  const architecture = findArchitecture(json.model_type, options.architectures)
  const config = architecture.parseConfig(json)
  const tokenizer = await createTokenizer(await tokenizerFiles(storage, path))
  return { reader: await openShardedSafetensors(storage, path), architecture, config, tokenizer }
}

async function tokenizerFiles(storage: Storage, path: string): Promise<TokenizerFiles> {
  const optional = async (name: string) =>
    (await storage.exists(`${path}/${name}`)) ? readJson(storage, `${path}/${name}`) : undefined
  const template = `${path}/chat_template.jinja`
  const generationConfig = await optional('generation_config.json')
  const specialTokensMap = await optional('special_tokens_map.json')
  return {
    tokenizerJson: await readJson(storage, `${path}/tokenizer.json`),
    tokenizerConfig: (await optional('tokenizer_config.json')) ?? {},
    ...(generationConfig && { generationConfig }),
    ...(specialTokensMap && { specialTokensMap }),
    ...((await storage.exists(template)) && {
      chatTemplate: new TextDecoder().decode(await storage.read(template)),
    }),
  }
}

async function readJson(storage: Storage, path: string): Promise<Record<string, unknown>> {
  const bytes = await storage.read(path)
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
    throw new TypeError('the top level is not an object')
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `a JSON object in ${path}`,
      found: (cause as Error).message,
      remedy: 'The model is incomplete or damaged; fetch it again',
      cause,
    })
  }
}
