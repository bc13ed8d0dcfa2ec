import { PatchError } from '../../errors.ts'
import type { StoredPlace } from '../../storage/place.ts'
import { ggufTokenizerFiles } from '../../tokenize/gguf-tokenizer.ts'
import { createTokenizer } from '../../tokenize/load-tokenizer.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import {
  type ModelStages,
  type OpenedModel,
  type OpenModelOptions,
  openedWhole,
} from './open-model-folder.ts'
import type { GgufReader } from './tensors/gguf.ts'
import { openGgufParts } from './tensors/gguf-parts.ts'
import type { TensorReader } from './tensors/tensor-reader.ts'

/**
 * Opens a GGUF file, or all parts of a split one, as a model. Throws as `openGgufParts`, and for its tokenizer as
 * `createTokenizer`; `UNKNOWN_ARCHITECTURE`; `UNSUPPORTED` for a GGUF file that is not a language model.
 */
export const openGgufModel = async (place: StoredPlace, options?: OpenModelOptions): Promise<OpenedModel> =>
  openedWhole(await ggufStages(place, options))

/** The same, in stages. Throws as `openGgufParts`. */
export async function ggufStages(
  { storage, path }: StoredPlace,
  { architectures, onNotice }: OpenModelOptions = {},
): Promise<ModelStages> {
  const reader = await openGgufParts(storage, path)
  const { metadata } = reader
  return {
    reader,
    async described() {
      checkKind(path, metadata)
      const { findArchitecture } = await import('../decoder/architectures/find-architecture.ts')
      const architecture = findArchitecture(metadata['general.architecture'], architectures)
      const config = architecture.parseGguf(metadata, new Set(reader.tensors.keys()))
      return { reader, architecture, config: { ...config, ...(await readRopeFactors(reader, config)) } }
    },
    tokenizer: async () => createTokenizer(ggufTokenizerFiles(metadata, onNotice), { onNotice }),
    async license() {
      const named = metadata['general.license']
      return typeof named === 'string' ? named : undefined
    },
  }
}

/** Other contents of GGUF files, by their `general.type`. */
const otherKinds: Readonly<Record<string, string>> = {
  mmproj: 'a projector for images or sound',
  adapter: 'a LoRA adapter',
  imatrix: 'an importance matrix for quantization',
  vocab: 'a vocabulary without weights',
}

function checkKind(path: string, metadata: GgufReader['metadata']): void {
  const type = metadata['general.architecture'] === 'clip' ? 'mmproj' : metadata['general.type']
  const kind = typeof type === 'string' && Object.hasOwn(otherKinds, type) ? otherKinds[type] : undefined
  if (kind === undefined) return
  throw new PatchError('UNSUPPORTED', {
    expected: `a language model in ${path}`,
    found: kind,
    remedy: 'Use the GGUF file of the model itself; adapters must be in the PEFT format, in a folder',
  })
}

/** RoPE scaling that a GGUF file stores as a tensor: a factor per frequency, besides the metadata's scaling. */
async function readRopeFactors(reader: TensorReader, { ropes }: ModelConfig): Promise<Partial<ModelConfig>> {
  const [rope, ...others] = ropes
  const name = ['rope_freqs.weight', 'rope_factors_short.weight'].find((one) => reader.tensors.has(one))
  if (name === undefined || !rope) return {}
  const stored = await reader.read(name)
  const remedy = 'The file is damaged or belongs to another kind of model; download it again'
  if (stored.length !== rope.size / 2) {
    throw new PatchError('SHAPE_MISMATCH', {
      expected: `tensor ${name} of shape [${rope.size / 2}]`,
      found: `${stored.length} values`,
      remedy,
    })
  }
  const wrong = stored.find((factor) => !(factor > 0 && factor < Infinity))
  if (wrong !== undefined) {
    throw new PatchError('MALFORMED', { expected: `positive factors in ${name}`, found: `${wrong}`, remedy })
  }
  const factors = Array.from(stored, (factor, i) => factor * (rope.factors?.[i] ?? 1))
  return { ropes: [{ ...rope, factors }, ...others] }
}
