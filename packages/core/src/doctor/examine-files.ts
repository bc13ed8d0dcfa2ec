import { PatchError } from '../errors.ts'
import type { Architecture } from '../model/decoder/architectures/architecture.ts'
import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import { boundedTokenizer } from '../model/files/bounded-tokenizer.ts'
import { embeddingNames, storedTies } from '../model/files/embedding-ties.ts'
import { checkedName, storedOfTied } from '../model/files/load-weights.ts'
import {
  folderStages,
  type ModelStages,
  type OpenedModel,
  type OpenModelOptions,
} from '../model/files/open-model-folder.ts'
import { checkNotQuantized } from '../model/files/quantized/check-not-quantized.ts'
import { checkAllUsed, checkLayers } from '../model/files/stored-weights.ts'
import type { TensorReader } from '../model/files/tensors/tensor-reader.ts'
import type { StoredPlace } from '../storage/place.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'

/** What a model's files say without loading the weights, and everything that is wrong with them. */
export interface ExaminedFiles {
  readonly reader: TensorReader | undefined
  /** Undefined if the configuration is rejected. */
  readonly decoder: { readonly architecture: Architecture; readonly config: ModelConfig } | undefined
  readonly tokenizer: Tokenizer | undefined
  readonly license: string | undefined
  /** Tensors in the files that the model does not need. */
  readonly unused: readonly string[]
  readonly problems: {
    readonly files: readonly PatchError[]
    readonly configuration: readonly PatchError[]
    readonly weights: readonly PatchError[]
    readonly tokenizer: readonly PatchError[]
  }
  close(): Promise<void>
}

/**
 * Reads a model's files one by one. The errors are those of loading, but a problem in one file does not prevent the others
 * from being read.
 *
 * @throws anything that is not a {@link PatchError}
 */
export async function examineFiles(place: StoredPlace, options: OpenModelOptions): Promise<ExaminedFiles> {
  const files: PatchError[] = []
  const stages = await attempt(files, () => openStages(place, options))
  const configuration: PatchError[] = []
  const opened = stages && (await attempt(configuration, () => describedIn(stages)))
  const broken: PatchError[] = []
  const tokenizer =
    stages &&
    (await attempt(broken, async () => {
      const found = await stages.tokenizer()
      return opened ? boundedTokenizer(found, opened.config.vocabSize) : found
    }))
  const reader = opened?.reader ?? stages?.reader
  const { weights, unused } = opened ? await examineWeights(opened) : { weights: [], unused: [] }
  return {
    ...{ reader, decoder: opened, tokenizer, unused },
    license: stages && (await attempt(files, () => stages.license())),
    problems: { files, configuration, weights, tokenizer: broken },
    close: async () => reader?.close(),
  }
}

async function openStages(place: StoredPlace, options: OpenModelOptions): Promise<ModelStages> {
  if (!place.path.toLowerCase().endsWith('.gguf')) return folderStages(place, options)
  const { ggufStages } = await import('../model/files/open-gguf-model.ts')
  return ggufStages(place, options)
}

async function describedIn(stages: ModelStages): Promise<Omit<OpenedModel, 'tokenizer'>> {
  const { reader, architecture, config } = await stages.described()
  return { reader, architecture, config: await storedTies(reader, architecture, config) }
}

/** Calls a function. Its `PatchError`, unless `ABORTED`, is added to `problems`, and the result is undefined. */
export async function attempt<Result>(
  problems: PatchError[],
  run: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof PatchError) || error.code === 'ABORTED') throw error
    problems.push(error)
    return undefined
  }
}

/** The errors that loading would report for each tensor, except about its values; and the tensors that it would ignore. */
async function examineWeights({ reader, architecture, config }: Omit<OpenedModel, 'tokenizer'>): Promise<{
  readonly weights: readonly PatchError[]
  readonly unused: readonly string[]
}> {
  const weights: PatchError[] = []
  if (reader.format === 'safetensors') await attempt(weights, () => checkNotQuantized(reader))
  await attempt(weights, () => checkLayers(reader, config))
  if (weights.length > 0) return { weights, unused: [] }
  const specs = architecture.weightSpecs(config)
  await attempt(weights, () => checkAllUsed(reader, specs, config))
  const names = embeddingNames(architecture, config)
  const used = new Set<string>()
  for (const spec of specs) {
    const isTied = config.tiedEmbeddings && spec.name === names.embedding
    const source = isTied ? storedOfTied(reader, specs, names) : spec
    const name = await attempt(weights, () => checkedName(reader, source))
    if (name !== undefined) used.add(name)
  }
  return { weights, unused: [...reader.tensors.keys()].filter((name) => !used.has(name)) }
}
