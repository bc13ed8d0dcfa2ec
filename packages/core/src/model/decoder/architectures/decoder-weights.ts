import type { ModelConfig } from '../config/model-config.ts'
import type { WeightSpec } from './architecture.ts'

/** The tensors that a layer may have. */
export type LayerPart =
  | 'attentionNorm'
  | 'query'
  | 'key'
  | 'value'
  | 'queryKeyValue'
  | 'queryNorm'
  | 'keyNorm'
  | 'attentionOutput'
  | 'afterAttentionNorm'
  | 'feedForwardNorm'
  | 'gate'
  | 'up'
  | 'gateUp'
  | 'down'
  | 'afterFeedForwardNorm'

/** The tensors outside the layers. */
export type OuterPart = 'embedding' | 'positions' | 'finalNorm' | 'output'

/** Names in checkpoints and in GGUF, without `.weight`; those of layer parts without the layer prefix. */
export type PartNames<Part extends string> = Readonly<
  Record<Part, readonly [checkpoint: string, gguf: string]>
>

export interface WeightNames {
  readonly outer: PartNames<OuterPart>
  readonly layer: PartNames<LayerPart>
  /** Prefix of the names of a layer's tensors, before its number. */
  readonly layerPrefix: string
  /** The module that holds everything but the output projection; some checkpoints omit it. */
  readonly module: string
  /** Former name of the output projection in checkpoints. */
  readonly formerOutput?: string
  /** Prefixes under which larger models' checkpoints nest the decoder. */
  readonly within?: readonly string[]
}

/** Llama's names, which most families use. */
export const plainNames: WeightNames = {
  outer: {
    embedding: ['model.embed_tokens', 'token_embd'],
    positions: ['model.embed_positions', 'position_embd'],
    finalNorm: ['model.norm', 'output_norm'],
    output: ['lm_head', 'output'],
  },
  layer: {
    attentionNorm: ['input_layernorm', 'attn_norm'],
    query: ['self_attn.q_proj', 'attn_q'],
    key: ['self_attn.k_proj', 'attn_k'],
    value: ['self_attn.v_proj', 'attn_v'],
    queryKeyValue: ['self_attn.qkv_proj', 'attn_qkv'],
    queryNorm: ['self_attn.q_norm', 'attn_q_norm'],
    keyNorm: ['self_attn.k_norm', 'attn_k_norm'],
    attentionOutput: ['self_attn.o_proj', 'attn_output'],
    afterAttentionNorm: ['post_attention_layernorm', 'post_attention_norm'],
    feedForwardNorm: ['post_attention_layernorm', 'ffn_norm'],
    gate: ['mlp.gate_proj', 'ffn_gate'],
    up: ['mlp.up_proj', 'ffn_up'],
    gateUp: ['mlp.gate_up_proj', 'ffn_up'],
    down: ['mlp.down_proj', 'ffn_down'],
    afterFeedForwardNorm: ['post_feedforward_layernorm', 'post_ffw_norm'],
  },
  layerPrefix: 'model.layers.',
  module: 'model.',
}

/** Norm names of families with norms before and after each sublayer. */
export const namesAround: WeightNames = {
  ...plainNames,
  layer: { ...plainNames.layer, feedForwardNorm: ['pre_feedforward_layernorm', 'ffn_norm'] },
}

/** How files store a tensor's values. */
export interface RowOrders {
  /** Reorders a part's values from GGUF's order to the checkpoint's, in place. */
  readonly fromGguf?: (config: ModelConfig, part: LayerPart | OuterPart) => WeightSpec['fromGguf']
  /** Whether checkpoints store the layers' matrices transposed. */
  readonly transposed?: boolean
}

/** A part, its kind and shape, and whether it has a bias. */
type Part<Name> = readonly [name: Name, kind: WeightSpec['kind'], shape: readonly number[], bias: boolean]

/** All tensors of a decoder, in the order of the forward pass. */
export function decoderWeights(
  config: ModelConfig,
  names: WeightNames,
  { fromGguf, transposed = false }: RowOrders = {},
): WeightSpec[] {
  const { vocabSize, hiddenSize: d, maxPositions, norm, learnedPositions, tiedEmbeddings } = config
  const offset = norm.plusOne ? 1 : 0
  const spec = (
    name: string,
    gguf: string,
    kind: WeightSpec['kind'],
    shape: readonly number[],
    turn?: WeightSpec['fromGguf'],
  ): WeightSpec => ({
    ...{ name, gguf, kind, shape },
    ...otherNames(name, names),
    ...(kind === 'norm' && offset !== 0 && { offset }),
    ...(turn && { fromGguf: turn }),
  })
  const outer = ([part, kind, shape, bias]: Part<OuterPart>): WeightSpec[] => {
    const [name, gguf] = names.outer[part]
    const weight = spec(`${name}.weight`, `${gguf}.weight`, kind, shape, fromGguf?.(config, part))
    return bias ? [weight, spec(`${name}.bias`, `${gguf}.bias`, 'bias', shape)] : [weight]
  }
  const ofLayer = (layer: number) =>
    layerParts(config).flatMap(([part, kind, shape, bias]): WeightSpec[] => {
      const [name, gguf] = names.layer[part]
      const [own, packed] = [`${names.layerPrefix}${layer}.${name}`, `blk.${layer}.${gguf}`]
      const turn = fromGguf?.(config, part)
      const weight = {
        ...spec(`${own}.weight`, `${packed}.weight`, kind, shape, turn),
        ...(transposed && kind === 'matrix' && { transposed }),
      }
      if (!bias) return [weight]
      return [weight, spec(`${own}.bias`, `${packed}.bias`, 'bias', shape.slice(0, 1), turn)]
    })
  return [
    ...outer(['embedding', 'embedding', [vocabSize, d], false]),
    ...(learnedPositions ? outer(['positions', 'matrix', [maxPositions, d], false]) : []),
    ...Array.from({ length: config.layers }, (_, layer) => ofLayer(layer)).flat(),
    ...outer(['finalNorm', 'norm', [d], norm.bias ?? false]),
    ...(tiedEmbeddings ? [] : outer(['output', 'matrix', [vocabSize, d], false])),
  ]
}

function otherNames(name: string, names: WeightNames): Pick<WeightSpec, 'otherNames'> {
  const { module, within = [], formerOutput } = names
  if (name === `${names.outer.output[0]}.weight` && formerOutput)
    return { otherNames: [`${formerOutput}.weight`] }
  const bare = name.startsWith(module) ? [name.slice(module.length)] : []
  return {
    otherNames: [...bare, ...within.flatMap((place) => [name, ...bare].map((one) => `${place}${one}`))],
  }
}

/** The tensors of one layer. */
function layerParts(config: ModelConfig): readonly Part<LayerPart>[] {
  return [...attentionParts(config), ...feedForwardParts(config)]
}

function attentionParts(config: ModelConfig): Part<LayerPart>[] {
  const { hiddenSize: d, heads, keyValueHeads, headSize, attention, residual } = config
  const { bias, outputBias, fused, queryKeyNorm } = attention
  const [queries, keys] = [heads * headSize, keyValueHeads * headSize]
  const widthOf = (count: number): number[] => {
    if (queryKeyNorm === 'heads') return [count, headSize]
    return [queryKeyNorm === 'all' ? count * headSize : headSize]
  }
  const normOf = (part: LayerPart, there: boolean): Part<LayerPart>[] =>
    there ? [[part, 'norm', [d], config.norm.bias ?? false]] : []
  return [
    ...normOf('attentionNorm', residual !== 'after'),
    ...(fused
      ? [['queryKeyValue', 'matrix', [queries + 2 * keys, d], bias] as const]
      : [
          ['query', 'matrix', [queries, d], bias] as const,
          ['key', 'matrix', [keys, d], bias] as const,
          ['value', 'matrix', [keys, d], bias] as const,
        ]),
    ...(queryKeyNorm
      ? [
          ['queryNorm', 'norm', widthOf(heads), false] as const,
          ['keyNorm', 'norm', widthOf(keyValueHeads), false] as const,
        ]
      : []),
    ['attentionOutput', 'matrix', [d, queries], outputBias],
    ...normOf('afterAttentionNorm', residual === 'after' || residual === 'around'),
  ]
}

function feedForwardParts(config: ModelConfig): Part<LayerPart>[] {
  const { hiddenSize: d, intermediateSize: f, feedForward, residual, norm } = config
  const { gated, bias } = feedForward
  const normOf = (part: LayerPart, there: boolean): Part<LayerPart>[] =>
    there ? [[part, 'norm', [d], norm.bias ?? false]] : []
  return [
    ...normOf('feedForwardNorm', residual !== 'after' && residual !== 'parallel of one norm'),
    ...(gated === true ? [['gate', 'matrix', [f, d], bias] as const] : []),
    gated === 'fused' ? ['gateUp', 'matrix', [2 * f, d], bias] : ['up', 'matrix', [f, d], bias],
    ['down', 'matrix', [d, f], bias],
    ...normOf('afterFeedForwardNorm', residual === 'after' || residual === 'around'),
  ]
}

/**
 * llama.cpp stores some families' query and key rows with RoPE's pairs side by side; checkpoints store them half a head apart.
 * Converts the former to the latter, in place.
 */
export function interleavedToHalves(
  { headSize }: ModelConfig,
  part: LayerPart | OuterPart,
): WeightSpec['fromGguf'] {
  if (part !== 'query' && part !== 'key') return undefined
  const half = headSize / 2
  return (values, rows) => {
    const width = values.length / rows
    const head = new Float32Array(headSize * width)
    for (let start = 0; start < values.length; start += head.length) {
      head.set(values.subarray(start, start + head.length))
      for (let i = 0; i < half; i++) {
        values.set(head.subarray(2 * i * width, (2 * i + 1) * width), start + i * width)
        values.set(head.subarray((2 * i + 1) * width, (2 * i + 2) * width), start + (half + i) * width)
      }
    }
  }
}
