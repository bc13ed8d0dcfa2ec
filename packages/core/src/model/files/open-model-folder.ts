import { PatchError } from '../../errors.ts'
import { foreignFile } from '../../storage/foreign-file.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import type { StoredPlace } from '../../storage/place.ts'
import { readWithin, type Storage } from '../../storage/storage.ts'
import type { ChatTemplateOptions } from '../../tokenize/compile-chat-template.ts'
import { createTokenizer, type TokenizerFiles } from '../../tokenize/load-tokenizer.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Architecture } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { openShardedSafetensors } from './tensors/sharded-safetensors.ts'
import type { TensorReader } from './tensors/tensor-reader.ts'

export interface OpenModelOptions {
  /** Additional architectures. */
  readonly architectures?: readonly Architecture[] | undefined
  /** Receives notices for the user about the model, one line each. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** What a model's files say about it, before its weights are read. */
export interface OpenedModel {
  readonly reader: TensorReader
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
}

/** A model's files, each read on request, so that an error in one does not hide errors in another. */
export interface ModelStages {
  readonly reader: TensorReader
  described(): Promise<Pick<OpenedModel, 'reader' | 'architecture' | 'config'>>
  tokenizer(): Promise<Tokenizer>
  /** The licence, if the files name one. */
  license(): Promise<string | undefined>
}

/** Reads all stages of an opened model; closes the reader if one fails. */
export async function openedWhole(stages: ModelStages): Promise<OpenedModel> {
  try {
    return { ...(await stages.described()), tokenizer: await stages.tokenizer() }
  } catch (error) {
    await stages.reader.close()
    throw error
  }
}

/** Several times the longest known. */
const [mostTokenizerBytes, mostJsonBytes, mostTemplateBytes] = [2 ** 27, 2 ** 24, 2 ** 20]

/**
 * Opens a folder as written by `save_pretrained`: config.json, tokenizer.json, *.safetensors. Throws as `openShardedSafetensors`,
 * for its tokenizer as `createTokenizer`, and `UNKNOWN_ARCHITECTURE`.
 */
export const openModelFolder = async (place: StoredPlace, options?: OpenModelOptions): Promise<OpenedModel> =>
  openedWhole(await folderStages(place, options))

/** The same, in stages. Throws as `openShardedSafetensors`. */
export async function folderStages(
  { storage, path }: StoredPlace,
  { architectures, onNotice }: OpenModelOptions = {},
): Promise<ModelStages> {
  // The weights come first: if a folder is not a complete model, they tell soonest what it is.
  const reader = await openShardedSafetensors(storage, path)
  const config = () => readJson(storage, `${path}/config.json`)
  return {
    reader,
    async described() {
      const json = await config()
      const { findArchitecture } = await import('../decoder/architectures/find-architecture.ts')
      const architecture = findArchitecture(json.model_type, architectures)
      return { ...(await configured(reader, architecture, json)), architecture }
    },
    tokenizer: async () => readTokenizer({ storage, path }, await config(), { onNotice }),
    license: () => cardLicense({ storage, path }),
  }
}

/** The `license` in the front matter of a model card. */
async function cardLicense({ storage, path }: StoredPlace): Promise<string | undefined> {
  if (!(await storage.exists(`${path}/README.md`))) return undefined
  const text = new TextDecoder().decode(await readWithin(storage, `${path}/README.md`, mostTemplateBytes))
  return /^---\n(?:(?!---).*\n)*?license:[ \t]*['"]?([\w.-]+)/.exec(text)?.[1]
}

/** A configuration with the reader of its weights. A quantized checkpoint appears as if it were not quantized. */
export async function configured(
  reader: TensorReader,
  architecture: Architecture,
  json: Readonly<Record<string, unknown>>,
): Promise<Pick<OpenedModel, 'reader' | 'config'>> {
  if (!json.quantization_config) return { reader, config: architecture.parseConfig(json) }
  const { openQuantized } = await import('./quantized/open-quantized.ts')
  return openQuantized(reader, architecture, json)
}

/** Reads the tokenizer in a folder. Throws as `createTokenizer`, and `NOT_FOUND` or `UNSUPPORTED` without a tokenizer.json. */
export async function readTokenizer(
  { storage, path }: StoredPlace,
  modelConfig: Readonly<Record<string, unknown>>,
  options: ChatTemplateOptions = {},
): Promise<Tokenizer> {
  return createTokenizer({ ...(await tokenizerFiles(storage, path)), modelConfig }, options)
}

async function tokenizerFiles(storage: Storage, path: string): Promise<TokenizerFiles> {
  const optional = async (name: string) =>
    (await storage.exists(`${path}/${name}`)) ? readJson(storage, `${path}/${name}`) : undefined
  const generationConfig = await optional('generation_config.json')
  const specialTokensMap = await optional('special_tokens_map.json')
  const chatTemplate = await readTemplate(storage, `${path}/chat_template.jinja`)
  return {
    tokenizerJson: (await optional('tokenizer.json')) ?? (await refuseWithoutTokenizer(storage, path)),
    tokenizerConfig: (await optional('tokenizer_config.json')) ?? {},
    ...(generationConfig && { generationConfig }),
    ...(specialTokensMap && { specialTokensMap }),
    ...(chatTemplate !== undefined && { chatTemplate }),
  }
}

async function readJson(storage: Storage, path: string): Promise<Record<string, unknown>> {
  const most = path.endsWith('/tokenizer.json') ? mostTokenizerBytes : mostJsonBytes
  const bytes = await readWithin(storage, path, most)
  return parseJsonFile(bytes, path, 'The model is incomplete or damaged; download it again')
}

async function readTemplate(storage: Storage, path: string): Promise<string | undefined> {
  if (!(await storage.exists(path))) return undefined
  const bytes = await readWithin(storage, path, mostTemplateBytes)
  const foreign = foreignFile(bytes)
  if (!foreign) return new TextDecoder().decode(bytes)
  throw new PatchError('MALFORMED', { expected: `a chat template in ${path}`, ...foreign })
}

/** Tokenizer formats older than tokenizer.json, or alternatives to it. */
const otherForms: readonly (readonly [string, string])[] = [
  ['tokenizer.model', 'a SentencePiece or tiktoken model'],
  ['spiece.model', 'a SentencePiece model'],
  ['sentencepiece.bpe.model', 'a SentencePiece model'],
  ['tekken.json', "Mistral's own format"],
  ['vocab.json', 'a vocabulary without its merges'],
  ['vocab.txt', 'a WordPiece vocabulary'],
]

async function refuseWithoutTokenizer(storage: Storage, path: string): Promise<never> {
  const expected = `tokenizer.json in ${path}`
  for (const [name, form] of otherForms) {
    if (!(await storage.exists(`${path}/${name}`))) continue
    throw new PatchError('UNSUPPORTED', {
      expected,
      found: `only ${name}, ${form}`,
      remedy:
        'Create tokenizer.json with transformers: `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`',
    })
  }
  throw new PatchError('NOT_FOUND', {
    expected,
    found: 'none',
    remedy: 'The model is incomplete; download it again with its tokenizer',
  })
}
