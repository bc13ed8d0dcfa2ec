import { resolve } from 'node:path'
import { onnxruntimeBackend, resolveModel } from '@policypatch/backend-node'
import type { LanguageModel } from '@policypatch/core'
import {
  createTokenizer,
  ggufTokenizerFiles,
  loadStoredModel,
  openGguf,
  type Precision,
  type Tokenizer,
} from '@policypatch/core/platform'

/** The model that a side loads, and how it runs it. */
export interface RealModel {
  /** A GGUF file. */
  readonly path: string
  readonly threads: number
  /** Only for our side. */
  readonly precision: Precision
}

/** Resolves a known model, by default the small one, downloading it once, with the options common to all programs. */
export async function realModel({
  threads,
  precision,
  model = 'HuggingFaceTB/SmolLM2-135M-Instruct',
}: {
  readonly threads: string
  readonly precision: string
  readonly model?: string | undefined
}): Promise<RealModel> {
  if (precision !== 'float32' && precision !== 'int8') {
    throw new Error(`--precision is float32 or int8, not ${precision}`)
  }
  const { path } = await resolveModel(model, { onNotice: console.error })
  return { path: resolve(path), threads: Number(threads), precision }
}

/** The command-line options for {@link realModel}; int8 is the package's default. */
export const modelOptions = {
  threads: { type: 'string', default: '2' },
  precision: { type: 'string', default: 'int8' },
} as const

export async function loadRealModel({ path, threads, precision }: RealModel): Promise<LanguageModel> {
  const { storage } = await resolveModel(path)
  const backend = onnxruntimeBackend({ threads })
  return loadStoredModel({ storage, path }, { backend, precision })
}

/** Loads only the model's tokenizer, for the ids that other sides receive. */
export async function realTokenizer({ path }: RealModel): Promise<Tokenizer> {
  const { storage } = await resolveModel(path)
  const reader = await openGguf(await storage.open(path))
  try {
    return await createTokenizer(ggufTokenizerFiles(reader.metadata))
  } finally {
    await reader.close()
  }
}
