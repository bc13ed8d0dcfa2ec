import { PatchError } from '../errors.ts'
import type { Storage } from '../storage.ts'
import { ggufTokenizerFiles } from '../tokenize/gguf-tokenizer.ts'
import { createTokenizer } from '../tokenize/load-tokenizer.ts'
import type { Architecture } from './architecture.ts'
import { findArchitecture } from './architectures/find-architecture.ts'
import { openGguf } from './gguf.ts'
import type { ModelConfig } from './model-config.ts'
import type { OpenedModel } from './opened-model.ts'
import type { TensorReader } from './tensor-reader.ts'

/** Opens a GGUF file as a model. Throws as `openGguf`, for its tokenizer as `createTokenizer`, and `UNKNOWN_ARCHITECTURE`. */
export async function openGgufModel(
  { storage, path }: { readonly storage: Storage; readonly path: string },
  architectures?: readonly Architecture[],
): Promise<OpenedModel> {
  const reader = await openGguf(await storage.open(path))
  try {
    const { metadata } = reader
    const architecture = findArchitecture(metadata['general.architecture'], architectures)
    const config = architecture.parseGguf(metadata, new Set(reader.tensors.keys()))
    return {
      reader,
      architecture,
      config: { ...config, ...(await readRopeFactors(reader, config)) },
      tokenizer: await createTokenizer(ggufTokenizerFiles(metadata)),
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** RoPE scaling that a GGUF file holds as a tensor: a factor for each frequency. */
async function readRopeFactors(
  reader: TensorReader,
  { headSize }: ModelConfig,
): Promise<Partial<Pick<ModelConfig, 'ropeScaling'>>> {
  const name = 'rope_freqs.weight'
  if (!reader.tensors.has(name)) return {}
  const factors = [...(await reader.read(name))]
  if (factors.length === headSize / 2) return { ropeScaling: { type: 'factors', factors } }
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `tensor ${name} of shape [${headSize / 2}]`,
    found: `${factors.length} values`,
    remedy: 'The file is damaged or of another kind of model; fetch it again',
  })
}
