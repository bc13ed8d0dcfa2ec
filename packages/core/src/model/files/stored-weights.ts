import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { WeightSpec } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import type { TensorReader } from './tensors/tensor-reader.ts'

/** A tensor's name in the file. Throws `MISSING_TENSOR`. */
export function storedName(reader: TensorReader, spec: WeightSpec): string {
  const names = namesOf(reader, spec)
  const found = names.find((name) => reader.tensors.has(name))
  if (found) return found
  throw new PatchError('MISSING_TENSOR', {
    expected: `a tensor ${names[0]} of shape [${spec.shape}]`,
    found: `${reader.tensors.size} tensors without it`,
    remedy: 'The weights are incomplete, or the configuration belongs to another model; download both again',
  })
}

function namesOf(reader: TensorReader, spec: WeightSpec): string[] {
  return reader.format === 'gguf' ? [spec.gguf] : [spec.name, ...(spec.otherNames ?? [])]
}

/** Throws `SHAPE_MISMATCH` unless a tensor has the shape that the architecture expects. */
export function checkShape(reader: TensorReader, name: string, spec: WeightSpec): void {
  const shape = reader.tensors.get(name)?.shape ?? []
  const expected = isTransposed(reader, spec) ? [...spec.shape].reverse() : spec.shape
  if (shape.length === expected.length && shape.every((n, i) => n === expected[i])) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `tensor ${name} of shape [${expected}]`,
    found: `[${shape}]`,
    remedy: 'The configuration and the weights belong to different models; download both again',
  })
}

/** Whether a file stores a matrix transposed. */
export const isTransposed = ({ format }: TensorReader, { transposed }: WeightSpec): boolean =>
  format === 'safetensors' && transposed === true

/**
 * Throws `MISSING_TENSOR` if there are more layers than tensors in the file, before allocating anything: each layer has several.
 */
export function checkLayers({ tensors }: TensorReader, { layers }: ModelConfig): void {
  if (layers <= tensors.size) return
  throw new PatchError('MISSING_TENSOR', {
    expected: `the tensors of ${layers} layers (num_hidden_layers in config.json, block_count in GGUF)`,
    found: `${tensors.size} tensors in all`,
    remedy: 'The configuration is damaged or belongs to another model; download it again',
  })
}

/** Layer tensors that are no weights: tables that programs compute themselves. */
const tables = /\.(rotary_emb\.inv_freq|attn_rot_embd\.weight|att(entio)?n\.(masked_)?bias)$/

/** The modules of a decoder's tensors in a file: those of its layers, and those outside them. */
function modulesOf(reader: TensorReader, specs: readonly WeightSpec[]): readonly string[] {
  const names = specs.flatMap((spec) => namesOf(reader, spec))
  const modules = names.map((name) => /^(.*?\.)\d+\./.exec(name)?.[1] ?? name.replace(/[^.]*$/, ''))
  return [...new Set(modules)]
}

/** An output projection may exist beside the embeddings it is tied to, but not a bias. */
const outputBias = /^(lm_head|embed_out|output)\.bias$/

/** In names, a layer module is followed by a layer number, any other module by a tensor. */
const isOfModule = (name: string, module: string) => /^(\d+\.|[^.]*$)/.test(name.slice(module.length))

/**
 * Throws `UNSUPPORTED` for decoder tensors that the architecture does not use: additional biases, norms, layers or experts,
 * without which it would compute something else. Ignores other heads.
 */
export function checkAllUsed(reader: TensorReader, specs: readonly WeightSpec[], config: ModelConfig): void {
  const used = new Set(specs.flatMap((spec) => namesOf(reader, spec)))
  const modules = modulesOf(reader, specs)
  const isPart = (name: string) =>
    outputBias.test(name) || modules.some((module) => name.startsWith(module) && isOfModule(name, module))
  const unused = [...reader.tensors.keys()].filter(
    (name) => !used.has(name) && isPart(name) && !tables.test(name),
  )
  const [first] = unused
  if (first === undefined) return
  throw new PatchError('UNSUPPORTED', {
    expected: `no tensors other than those of ${config.layers} layers (num_hidden_layers) of a ${config.architecture} model`,
    found: `${excerpt(first, 120)}${unused.length > 1 ? ` and ${unused.length - 1} more` : ''}`,
    remedy: 'Use a model without them, or add the feature in a new architecture file',
  })
}
