import { commonRules, harmless } from '../config/common-rules.ts'
import type { DecoderPlan, DecoderSizes } from '../config/decoder-config.ts'
import { activationOf } from '../config/decoder-config.ts'
import type { FieldRules } from '../config/field-rules.ts'
import type { WeightSpec } from './architecture.ts'
import { decoder } from './decoder.ts'
import type { RowOrders } from './decoder-weights.ts'

export const gemmaDefaults = {
  ...{ max_position_embeddings: 8192, num_key_value_heads: 16, head_dim: 256, rms_norm_eps: 1e-6 },
  tie_word_embeddings: true,
}

/** What all Gemma families share: norm weights stored minus 1, and embeddings scaled by √d. */
export const gemmaPlan = ({ hiddenSize }: DecoderSizes) =>
  ({
    norm: { plusOne: true },
    scales: { embedding: Math.fround(Math.sqrt(hiddenSize)) },
  }) satisfies Partial<DecoderPlan>

/** llama.cpp stores Gemma's norms with the 1 added. */
const lessOne: WeightSpec['fromGguf'] = (values) => {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - 1
}

export const gemmaOrders: RowOrders = {
  fromGguf: (_, part) => (part.endsWith('Norm') ? lessOne : undefined),
}

export const gemmaRules: FieldRules = {
  ...commonRules,
  attention_bias: 'read',
  max_window_layers: harmless('no class of this family reads it'),
}

/** Gemma (Gemma Team 2024): Llama with GeGLU, wide heads and scaled embeddings. */
export const gemma = decoder({
  name: 'gemma',
  modelTypes: ['gemma'],
  ggufArchitectures: ['gemma'],
  rules: { ...gemmaRules, hidden_activation: harmless('hidden_act decides') },
  defaults: { ...gemmaDefaults, hidden_act: 'gelu_pytorch_tanh' },
  plan(fields, { hidden_act: act }, sizes) {
    const bias = fields.flag('attention_bias', false)
    return {
      ...gemmaPlan(sizes),
      attention: { bias, outputBias: bias },
      // Released files say gelu but mean its tanh approximation.
      feedForward: { activation: act === 'gelu' ? 'gelu tanh' : activationOf(act) },
    }
  },
  ggufPlan: (_, __, sizes) => ({ ...gemmaPlan(sizes), feedForward: { activation: 'gelu tanh' } }),
  orders: gemmaOrders,
})
