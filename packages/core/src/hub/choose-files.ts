import { PatchError } from '../errors.ts'
import { type GgufModel, ggufModels, isQuantization } from './gguf-models.ts'
import type { HubId } from './hub-id.ts'
import { type SafetensorsSet, safetensorsSet } from './safetensors-set.ts'

/** Which files of a repository make up one model; the path of a GGUF model's first part comes first. */
export interface ChosenFiles extends SafetensorsSet {
  readonly kind: 'gguf' | 'safetensors'
  /** Files that would belong to it, but are not in the repository. */
  readonly absent: readonly string[]
}

/** Files fetched along with safetensors weights, if a repository has them. */
const companions = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]

/** Any weight files, to name in the error when none of them can be used. */
const foreignWeights = /\.(bin|pt|pth|ckpt|h5|msgpack|onnx|npz|ot|safetensors|gguf)$/i

/** Some of the names, and how many more there are. */
function someOf(names: readonly string[], all = names.length, most = 8): string {
  const some = names.slice(0, most)
  return all > some.length ? `${some.join(', ')} and ${all - some.length} more` : some.join(', ')
}

const asked = ({ repo, file, quantization }: HubId) =>
  file ? `${file} in ${repo}` : quantization ? `a GGUF file of quantization ${quantization} in ${repo}` : repo

/** The id that selects a model: by its quantization if no other model has the same, else by its file. */
function nameOf({ repo }: HubId, model: GgufModel, models: readonly GgufModel[]): string {
  const { quantization, files } = model
  const alike = quantization ? models.filter((other) => isQuantization(other, quantization)) : []
  return alike.length === 1 ? `${repo}:${quantization}` : `${repo}/${files[0]}`
}

function askForOne(id: HubId, models: readonly GgufModel[], several: boolean): PatchError {
  const files = models.map((model) => model.files[0] as string)
  const names = models.slice(0, 8).map((model) => nameOf(id, model, models))
  return new PatchError('NOT_FOUND', {
    expected: several ? `one GGUF model in ${asked(id)}` : asked(id),
    found: `the GGUF files ${someOf(files)}`,
    remedy: `Choose one of them: ${someOf(names, models.length)}`,
  })
}

function alone(paths: readonly string[]): ChosenFiles {
  return { kind: 'gguf', paths, names: new Map(), absent: [] }
}

function chooseGguf(id: HubId, model: GgufModel): ChosenFiles {
  const { files, parts, stem } = model
  if (files.length === parts) return alone(files)
  throw new PatchError('NOT_FOUND', {
    expected: `${parts} parts of ${stem} in ${id.repo}`,
    found: `${files.length}: ${someOf(files)}`,
    remedy: 'The repository is incomplete; choose another quantization, or contact its owner',
  })
}

function noWeights(id: HubId, paths: readonly string[]): PatchError {
  const others = paths.filter((path) => foreignWeights.test(path))
  return new PatchError(others.length > 0 ? 'UNSUPPORTED' : 'NOT_FOUND', {
    expected: `model.safetensors, shards with an index, or a GGUF model in ${id.repo}`,
    found: others.length > 0 ? someOf(others) : 'no weights',
    remedy:
      others.length > 0
        ? 'Choose a repository that has them, or convert the model: load it with transformers, and save_pretrained writes safetensors'
        : 'Check the id and the revision',
  })
}

/**
 * Chooses one set of weights, and what belongs to it, by the names of a repository's files: what the id names, else
 * safetensors, else the only GGUF model.
 *
 * @throws PatchError `NOT_FOUND`, naming what there is; `UNSUPPORTED` if all weights are of another kind
 */
export function chooseFiles(id: HubId, paths: readonly string[]): ChosenFiles {
  const models = ggufModels(paths)
  const { file, quantization } = id
  if (file) {
    const found = models.find(({ files }) => files.includes(file))
    if (found) return chooseGguf(id, found)
    if (paths.includes(file)) return alone([file])
  }
  if (file || quantization) {
    const found = quantization ? models.filter((model) => isQuantization(model, quantization)) : []
    if (found.length === 1) return chooseGguf(id, found[0] as GgufModel)
    if (found.length > 1) throw askForOne(id, found, true)
    if (models.length > 0) throw askForOne(id, models, false)
    throw new PatchError('NOT_FOUND', {
      expected: asked(id),
      found: 'no GGUF files',
      remedy: 'Check the id and the revision; for safetensors weights, omit the file name',
    })
  }
  const set = safetensorsSet(id.repo, paths)
  if (set) {
    const beside = companions.filter((name) => paths.includes(name))
    const absent = companions.filter((name) => !paths.includes(name))
    return { ...set, kind: 'safetensors', paths: [...beside, ...set.paths], absent }
  }
  if (models.length > 1) throw askForOne(id, models, true)
  if (models[0]) return chooseGguf(id, models[0])
  throw noWeights(id, paths)
}
