import * as tf from '../../../tf.ts'
import { commonRules } from '../config/common-rules.ts'
import { fieldsOf } from '../config/config-fields.ts'
import { decoderConfig, decoderGgufConfig } from '../config/decoder-config.ts'
import { checkFieldRules, type FieldRules } from '../config/field-rules.ts'
import { decoderWeights, interleavedToHalves, layerName } from '../decoder-weights.ts'
import { gatedSilu, rmsNorm } from '../layers/fused.ts'
import { linear } from '../layers/linear.ts'
import type { Architecture } from './architecture.ts'

const maxPositions = 2048

const llamaRules: FieldRules = {
  ...commonRules,
  attention_bias: 'read',
  mlp_bias: 'read',
}

/**
 * Llama (Touvron et al. 2023) and what is made like it: Llama 2 and 3 with the latter's RoPE scaling, Vicuna,
 * SmolLM2. RMSNorm before each part, RoPE, grouped-query attention, SwiGLU.
 */
export const llama: Architecture = {
  name: 'llama',
  modelTypes: ['llama'],
  ggufArchitectures: ['llama'],

  configRules: llamaRules,

  parseConfig(json) {
    checkFieldRules({ max_position_embeddings: maxPositions, ...json }, llamaRules, 'config.json')
    const fields = fieldsOf(json, 'config.json')
    const attentionBias = fields.flag('attention_bias', false)
    const feedForwardBias = fields.flag('mlp_bias', false)
    return decoderConfig(json, {
      architecture: 'llama',
      maxPositions,
      biases: { attentionBias, outputBias: attentionBias, feedForwardBias },
    })
  },

  parseGguf(metadata, tensors) {
    const has = (name: string) => tensors.has(`blk.0.${name}.bias`)
    return decoderGgufConfig(metadata, tensors, {
      architecture: 'llama',
      // GGUF has no fields for them: llama.cpp adds the biases that are there.
      biases: {
        attentionBias: has('attn_q'),
        outputBias: has('attn_output'),
        feedForwardBias: has('ffn_gate'),
      },
    })
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
    const of = (part: string) => weights[layerName(layer, part)]
    const projection = (input: tf.Tensor, part: string) =>
      linear(input, of(`${part}.weight`) as tf.Tensor, of(`${part}.bias`))
    const afterAttention = tf.add(x, projection(attended, 'self_attn.o_proj'))
    const norm = of('post_attention_layernorm.weight') as tf.Tensor
    const input = rmsNorm(afterAttention, norm, config.normEpsilon)
    const gated = gatedSilu(projection(input, 'mlp.gate_proj'), projection(input, 'mlp.up_proj'))
    return tf.add(afterAttention, projection(gated, 'mlp.down_proj'))
  },

  normalize(config, weights, x) {
    return rmsNorm(x, weights['model.norm.weight'] as tf.Tensor, config.normEpsilon)
  },

  outputWeight(config) {
    return config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'
  },
}
