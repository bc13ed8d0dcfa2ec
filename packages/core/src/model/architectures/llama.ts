import { PatchError } from '../../errors.ts'
import * as tf from '../../tf.ts'
import type { Architecture, WeightSpec } from '../architecture.ts'
import { configFields, ggufFields } from '../config-fields.ts'
import { gatedSilu } from '../layers/gated-silu.ts'
import { linear } from '../layers/linear.ts'
import { rmsNorm } from '../layers/rms-norm.ts'
import type { ModelConfig, RopeScaling } from '../model-config.ts'

const layerName = (layer: number, part: string) => `model.layers.${layer}.${part}`

/**
 * Llama (Touvron et al. 2023) and what is made like it: Llama 2 and 3 with the latter's RoPE scaling, Vicuna,
 * SmolLM2. RMSNorm before each part, RoPE, grouped-query attention, SwiGLU.
 */
export const llama: Architecture = {
  name: 'llama',
  modelTypes: ['llama'],
  ggufArchitectures: ['llama'],

  parseConfig(json) {
    const fields = configFields(json)
    const activation = fields.text('hidden_act', 'silu')
    if (activation !== 'silu' || fields.flag('mlp_bias', false)) {
      throw new PatchError('UNSUPPORTED', {
        expected: 'a Llama model with hidden_act "silu" and no mlp_bias',
        found: `hidden_act ${JSON.stringify(activation)}, mlp_bias ${fields.flag('mlp_bias', false)}`,
        remedy: 'Use another model, or add the feature in an architecture file of its own',
      })
    }
    const heads = fields.integer('num_attention_heads')
    const hiddenSize = fields.integer('hidden_size')
    return {
      architecture: 'llama',
      vocabSize: fields.integer('vocab_size'),
      hiddenSize,
      intermediateSize: fields.integer('intermediate_size'),
      layers: fields.integer('num_hidden_layers'),
      heads,
      keyValueHeads: fields.integer('num_key_value_heads', heads),
      headSize: fields.integer('head_dim', hiddenSize / heads),
      normEpsilon: fields.number('rms_norm_eps', 1e-6),
      ...parseRope(json),
      maxPositions: fields.integer('max_position_embeddings', 2048),
      tiedEmbeddings: fields.flag('tie_word_embeddings', false),
      attentionBias: fields.flag('attention_bias', false),
    }
  },

  parseGguf(metadata, tensors) {
    const fields = ggufFields(metadata)
    const heads = fields.integer('attention.head_count')
    const hiddenSize = fields.integer('embedding_length')
    return {
      architecture: 'llama',
      vocabSize: fields.vocabSize(),
      hiddenSize,
      intermediateSize: fields.integer('feed_forward_length'),
      layers: fields.integer('block_count'),
      heads,
      keyValueHeads: fields.integer('attention.head_count_kv', heads),
      headSize: fields.integer('attention.key_length', hiddenSize / heads),
      normEpsilon: fields.number('attention.layer_norm_rms_epsilon', 1e-6),
      ropeTheta: fields.number('rope.freq_base', 10_000),
      ropeScaling: fields.ropeScaling(),
      maxPositions: fields.integer('context_length'),
      tiedEmbeddings: !tensors.has('output.weight'),
      attentionBias: tensors.has('blk.0.attn_q.bias'),
    }
  },

  weightSpecs(config) {
    return decoderWeights(config, interleavedToHalves(config))
  },

  embed(_config, weights, ids) {
    return tf.gather(weights['model.embed_tokens.weight'] as tf.Tensor, ids)
  },

  layerKind: () => 'decoder',

  project(config, weights, layer, x) {
    const weight = (part: string) => weights[layerName(layer, part)] as tf.Tensor
    const input = rmsNorm(x, weight('input_layernorm.weight'), config.normEpsilon)
    const projection = (name: string) =>
      linear(
        input,
        weight(`self_attn.${name}.weight`),
        config.attentionBias ? weight(`self_attn.${name}.bias`) : undefined,
      )
    return { queries: projection('q_proj'), keys: projection('k_proj'), values: projection('v_proj') }
  },

  finishLayer(config, weights, layer, x, attended) {
    const weight = (part: string) => weights[layerName(layer, `${part}.weight`)] as tf.Tensor
    const outputBias = weights[layerName(layer, 'self_attn.o_proj.bias')]
    const afterAttention = tf.add(x, linear(attended, weight('self_attn.o_proj'), outputBias))
    const input = rmsNorm(afterAttention, weight('post_attention_layernorm'), config.normEpsilon)
    const gated = gatedSilu(linear(input, weight('mlp.gate_proj')), linear(input, weight('mlp.up_proj')))
    return tf.add(afterAttention, linear(gated, weight('mlp.down_proj')))
  },

  normalize(config, weights, x) {
    return rmsNorm(x, weights['model.norm.weight'] as tf.Tensor, config.normEpsilon)
  },

  outputWeight(config) {
    return config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'
  },
}

/** RoPE's θ and scaling, in transformers' older form (`rope_theta`, `rope_scaling`) or the newer one. */
export function parseRope(
  json: Readonly<Record<string, unknown>>,
): Pick<ModelConfig, 'ropeTheta' | 'ropeScaling'> {
  const nested = (json.rope_parameters ?? json.rope_scaling ?? {}) as Record<string, unknown>
  const fields = configFields(nested)
  const ropeTheta = configFields({ ...json, ...nested }).number('rope_theta', 10_000)
  const type = fields.text('rope_type', fields.text('type', 'default'))
  let ropeScaling: RopeScaling | undefined
  if (type === 'linear') ropeScaling = { type, factor: fields.number('factor') }
  else if (type === 'llama3') {
    ropeScaling = {
      type,
      factor: fields.number('factor'),
      lowFrequencyFactor: fields.number('low_freq_factor'),
      highFrequencyFactor: fields.number('high_freq_factor'),
      originalMaxPositions: fields.number('original_max_position_embeddings'),
    }
  } else if (type !== 'default') {
    throw new PatchError('UNSUPPORTED', {
      expected: 'RoPE scaling of type default, linear or llama3',
      found: JSON.stringify(type),
      remedy: 'Use a model with one of these',
    })
  }
  return { ropeTheta, ropeScaling }
}

/** The tensors of a Llama-shaped decoder. */
export function decoderWeights(config: ModelConfig, fromGguf?: WeightSpec['fromGguf']): WeightSpec[] {
  const { hiddenSize: d, intermediateSize: f, heads, keyValueHeads, headSize } = config
  const specs: WeightSpec[] = [
    {
      name: 'model.embed_tokens.weight',
      gguf: 'token_embd.weight',
      shape: [config.vocabSize, d],
      kind: 'embedding',
    },
  ]
  const widths = { q: heads * headSize, k: keyValueHeads * headSize, v: keyValueHeads * headSize }
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `blk.${layer}`
    const add = (
      part: string,
      gguf: string,
      shape: number[],
      kind: WeightSpec['kind'],
      turn?: WeightSpec['fromGguf'],
    ) =>
      specs.push({
        name: layerName(layer, part),
        gguf: `${block}.${gguf}`,
        shape,
        kind,
        ...(turn && { fromGguf: turn }),
      })
    add('input_layernorm.weight', 'attn_norm.weight', [d], 'norm')
    for (const part of ['q', 'k', 'v'] as const) {
      const turn = part === 'v' ? undefined : fromGguf
      add(`self_attn.${part}_proj.weight`, `attn_${part}.weight`, [widths[part], d], 'matrix', turn)
      if (config.attentionBias) {
        add(`self_attn.${part}_proj.bias`, `attn_${part}.bias`, [widths[part]], 'bias', turn)
      }
    }
    add('self_attn.o_proj.weight', 'attn_output.weight', [d, widths.q], 'matrix')
    if (config.attentionBias && config.architecture === 'llama') {
      add('self_attn.o_proj.bias', 'attn_output.bias', [d], 'bias')
    }
    add('post_attention_layernorm.weight', 'ffn_norm.weight', [d], 'norm')
    add('mlp.gate_proj.weight', 'ffn_gate.weight', [f, d], 'matrix')
    add('mlp.up_proj.weight', 'ffn_up.weight', [f, d], 'matrix')
    add('mlp.down_proj.weight', 'ffn_down.weight', [d, f], 'matrix')
  }
  specs.push({ name: 'model.norm.weight', gguf: 'output_norm.weight', shape: [d], kind: 'norm' })
  if (!config.tiedEmbeddings) {
    specs.push({
      name: 'lm_head.weight',
      gguf: 'output.weight',
      shape: [config.vocabSize, d],
      kind: 'matrix',
    })
  }
  return specs
}

/**
 * llama.cpp stores Llama's query and key rows with RoPE's pairs side by side; checkpoints have them half a
 * head apart. Turns the former into the latter, in place.
 */
function interleavedToHalves({ headSize }: ModelConfig) {
  const half = headSize / 2
  return (values: Float32Array, rows: number): void => {
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
