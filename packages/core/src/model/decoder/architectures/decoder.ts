import type { NamedTensors } from '../../../backend/backend.ts'
import * as tf from '../../../tf.ts'
import { type Fields, fieldsOf, type Json } from '../config/config-fields.ts'
import {
  checkedConfig,
  configSizes,
  type DecoderPlan,
  type DecoderSizes,
  type FamilyNorm,
  ggufSizes,
} from '../config/decoder-config.ts'
import { checkFieldRules, type FieldRules } from '../config/field-rules.ts'
import { checkGgufMetadata, type GgufFields, ggufFields } from '../config/gguf-metadata.ts'
import type { ModelConfig, Rope } from '../config/model-config.ts'
import { parseRope, type RopeOptions } from '../config/rope.ts'
import { activated, gated } from '../layers/activation.ts'
import { linear } from '../layers/linear.ts'
import { layerNorm, rmsNorm } from '../layers/norm.ts'
import { followsFromConfig } from '../program-scope.ts'
import type { Architecture, Projections } from './architecture.ts'
import {
  decoderWeights,
  type LayerPart,
  type OuterPart,
  plainNames,
  type RowOrders,
  type WeightNames,
} from './decoder-weights.ts'

/** What a family's file declares. */
export interface DecoderFamily {
  readonly name: string
  /** `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** `general.architecture` in GGUF. */
  readonly ggufArchitectures: readonly string[]
  /** The rule for each field of config.json. */
  readonly rules: FieldRules
  /** transformers' defaults for fields missing from config.json. */
  readonly defaults: Json
  /** Renames a config.json's fields to the usual ones. */
  readonly usualForm?: (json: Json) => Json
  /** Default: RMSNorm with ε under `rms_norm_eps`. */
  readonly norm?: FamilyNorm
  /** How its RoPE is configured, and the default θ. */
  readonly rope?: RopeOptions & Pick<Rope, 'interleaved'>
  /** Its ropes, unless config.json describes one for all layers. */
  readonly ropes?: (json: Json, headSize: number) => readonly Rope[]
  /** Differences from the plain decoder, from a config.json that passed the rules. */
  readonly plan: (fields: Fields, json: Json, sizes: DecoderSizes) => Partial<DecoderPlan>
  /** The same from GGUF. */
  readonly ggufPlan: (
    fields: GgufFields,
    tensors: ReadonlySet<string>,
    sizes: DecoderSizes,
  ) => Partial<DecoderPlan>
  /** Rules for GGUF keys under the architecture's name, besides the usual ones. */
  readonly ggufRules?: FieldRules
  /** Default: Llama's. */
  readonly names?: WeightNames
  readonly orders?: RowOrders
}

/** The architecture of a family whose layers combine the ideas that {@link ModelConfig} names. */
export function decoder(family: DecoderFamily): Architecture {
  const { name, modelTypes, ggufArchitectures, rules, names = plainNames } = family
  const ropesOf = family.ropes ?? ((json, headSize) => [parseRope(json, headSize, family.rope)])
  const withRope = (sizes: DecoderSizes): DecoderSizes =>
    family.rope?.interleaved
      ? { ...sizes, ropes: sizes.ropes.map((rope) => ({ ...rope, interleaved: true })) }
      : sizes
  return followsFromConfig({
    ...{ name, modelTypes, ggufArchitectures, configRules: rules, layerPrefix: names.layerPrefix },

    parseConfig(given) {
      const named = family.usualForm?.(given) ?? given
      const json = { ...family.defaults, ...withoutAbsent(named) }
      checkFieldRules(json, rules, 'config.json')
      const sizes = withRope(configSizes(name, json, ropesOf, family.norm))
      return checkedConfig('config.json', sizes, family.plan(fieldsOf(json, 'config.json'), json, sizes))
    },

    parseGguf(metadata, tensors) {
      checkGgufMetadata(metadata, family.ggufRules)
      const fields = ggufFields(metadata)
      const sizes = withRope(ggufSizes(name, fields, tensors, family.norm))
      if (!family.rope?.partial) fields.same('rope.dimension_count', sizes.headSize)
      return checkedConfig('GGUF', sizes, family.ggufPlan(fields, tensors, sizes))
    },

    weightSpecs: (config) => decoderWeights(config, names, family.orders),

    layerKind: ({ layerTypes }, layer) => JSON.stringify(layerTypes[layer]),

    embed(config, weights, ids) {
      const x = tf.gather(outer(weights, names, 'embedding'), ids)
      return scaled(x, config.scales?.embedding)
    },

    enter(config, weights, x, positions) {
      const learned = config.learnedPositions && outer(weights, names, 'positions')
      const placed = learned ? tf.add(x, tf.gather(learned, positions as tf.Tensor)) : x
      return scaled(placed, config.scales?.stream)
    },

    project(config, weights, layer, x) {
      const part = partsOf(weights, names, layer)
      const input = config.residual === 'after' ? x : part.norm(config, 'attentionNorm', x)
      return normalizedHeads(config, part, projections(config, part, input))
    },

    finishLayer(config, weights, layer, x, attended) {
      const part = partsOf(weights, names, layer)
      const add = (stream: tf.Tensor, change: tf.Tensor) =>
        tf.add(stream, scaled(change, config.scales?.residual))
      const norm = (name: LayerPart, input: tf.Tensor) => part.norm(config, name, input)
      const output = part.linear('attentionOutput', attended)
      switch (config.residual) {
        case 'before': {
          const between = add(x, output)
          return add(between, feedForward(config, part, norm('feedForwardNorm', between)))
        }
        case 'after': {
          const between = add(x, norm('afterAttentionNorm', output))
          return add(between, norm('afterFeedForwardNorm', feedForward(config, part, between)))
        }
        case 'around': {
          const between = add(x, norm('afterAttentionNorm', output))
          const change = feedForward(config, part, norm('feedForwardNorm', between))
          return add(between, norm('afterFeedForwardNorm', change))
        }
        case 'parallel':
          return add(add(x, output), feedForward(config, part, norm('feedForwardNorm', x)))
        case 'parallel of one norm':
          return add(add(x, output), feedForward(config, part, norm('attentionNorm', x)))
      }
    },

    normalize(config, weights, x) {
      const [name] = names.outer.finalNorm
      return scaled(normalized(config, weights, name, x), config.scales?.logits)
    },

    outputWeight: ({ tiedEmbeddings }) => `${names.outer[tiedEmbeddings ? 'embedding' : 'output'][0]}.weight`,
  })
}

const withoutAbsent = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined))

const scaled = (x: tf.Tensor, scale: number | undefined): tf.Tensor =>
  scale === undefined || scale === 1 ? x : tf.mul(x, scale)

const outer = (weights: NamedTensors, names: WeightNames, part: OuterPart): tf.Tensor =>
  weights[`${names.outer[part][0]}.weight`] as tf.Tensor

/** Applies the configuration's norm, with the weights under `name`. */
function normalized({ norm }: ModelConfig, weights: NamedTensors, name: string, x: tf.Tensor): tf.Tensor {
  const stored = weights[`${name}.weight`] as tf.Tensor
  const weight = norm.plusOne ? tf.add(stored, 1) : stored
  if (norm.kind === 'rms') return rmsNorm(x, weight, norm.epsilon)
  return layerNorm(x, weight, weights[`${name}.bias`], norm.epsilon)
}

/** One layer's parts, ready to apply. */
interface Parts {
  readonly linear: (part: LayerPart, x: tf.Tensor) => tf.Tensor
  readonly norm: (config: ModelConfig, part: LayerPart, x: tf.Tensor) => tf.Tensor
}

function partsOf(weights: NamedTensors, names: WeightNames, layer: number): Parts {
  const name = (part: LayerPart) => `${names.layerPrefix}${layer}.${names.layer[part][0]}`
  return {
    linear: (part, x) =>
      linear(x, weights[`${name(part)}.weight`] as tf.Tensor, weights[`${name(part)}.bias`]),
    norm: (config, part, x) => normalized(config, weights, name(part), x),
  }
}

function projections(
  { heads, keyValueHeads, headSize, attention }: ModelConfig,
  { linear }: Parts,
  x: tf.Tensor,
): Projections {
  if (!attention.fused)
    return { queries: linear('query', x), keys: linear('key', x), values: linear('value', x) }
  const all = linear('queryKeyValue', x)
  if (attention.fused === 'parts') {
    const widths = [heads, keyValueHeads, keyValueHeads].map((count) => count * headSize)
    const [queries, keys, values] = tf.split(all, widths, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
    return { queries, keys, values }
  }
  const rows = x.shape[0] as number
  const byHead = tf.split(tf.reshape(all, [rows, heads, 3 * headSize]), 3, 2)
  const [queries, keys, values] = byHead.map((one) => tf.reshape(one, [rows, heads * headSize]))
  return { queries, keys, values } as Projections
}

function normalizedHeads(config: ModelConfig, { norm }: Parts, projected: Projections): Projections {
  const { headSize, attention } = config
  if (!attention.queryKeyNorm) return projected
  const apply = (part: LayerPart, x: tf.Tensor) => {
    if (attention.queryKeyNorm === 'all') return norm(config, part, x)
    const [rows, width] = x.shape as [number, number]
    const byHead =
      attention.queryKeyNorm === 'head'
        ? [(rows * width) / headSize, headSize]
        : [rows, width / headSize, headSize]
    return tf.reshape(norm(config, part, tf.reshape(x, byHead)), x.shape)
  }
  const { queries, keys, values } = projected
  return { queries: apply('queryNorm', queries), keys: apply('keyNorm', keys), values }
}

/** W₂ a(W₁ x), or W₂ (a(W₁ x) ∘ W₃ x). */
function feedForward({ feedForward: form }: ModelConfig, { linear }: Parts, x: tf.Tensor): tf.Tensor {
  if (!form.gated) return linear('down', activated(form.activation, linear('up', x)))
  const [gate, up] = (
    form.gated === 'fused' ? tf.split(linear('gateUp', x), 2, 1) : [linear('gate', x), linear('up', x)]
  ) as [tf.Tensor, tf.Tensor]
  return linear('down', gated(form.activation, gate, up))
}
