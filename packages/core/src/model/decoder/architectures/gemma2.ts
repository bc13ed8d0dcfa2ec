import { harmless } from '../config/common-rules.ts'
import { activationNames, activationOf } from '../config/decoder-config.ts'
import { only } from '../config/field-rules.ts'
import { fullOrSliding, slidingBut, windowedLayers } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'
import { namesAround } from './decoder-weights.ts'
import { gemmaDefaults, gemmaOrders, gemmaPlan, gemmaRules } from './gemma.ts'

/** Fields of Gemma 2 that Gemma 3 keeps. */
export const gemma2Rules = {
  ...gemmaRules,
  hidden_act: harmless('hidden_activation decides'),
  hidden_activation: only(...activationNames),
  query_pre_attn_scalar: 'read',
  sliding_window: 'read',
  layer_types: fullOrSliding,
} as const

export const gemma2Defaults = {
  ...gemmaDefaults,
  ...{ num_key_value_heads: 4, query_pre_attn_scalar: 256, sliding_window: 4096 },
  hidden_activation: 'gelu_pytorch_tanh',
}

/** Gemma 2: norms around each sublayer, a window in every other layer, capped attention and output logits. */
export const gemma2 = decoder({
  name: 'gemma2',
  modelTypes: ['gemma2'],
  ggufArchitectures: ['gemma2'],
  rules: { ...gemma2Rules, attn_logit_softcapping: 'read', final_logit_softcapping: 'read' },
  defaults: { ...gemma2Defaults, attn_logit_softcapping: 50, final_logit_softcapping: 30 },
  plan(fields, json, sizes) {
    const bias = fields.flag('attention_bias', false)
    const capOf = (name: string) => (json[name] === null ? undefined : fields.positive(name))
    return {
      ...gemmaPlan(sizes),
      residual: 'around',
      attention: {
        ...{ bias, outputBias: bias, cap: capOf('attn_logit_softcapping') },
        scale: 1 / Math.sqrt(fields.positive('query_pre_attn_scalar')),
      },
      feedForward: { activation: activationOf(json.hidden_activation) },
      layerTypes: windowedLayers(json, slidingBut(2)),
      logitCap: capOf('final_logit_softcapping'),
    }
  },
  ggufPlan(fields, _, sizes) {
    const window = fields.window(4096)
    return {
      ...gemmaPlan(sizes),
      residual: 'around',
      attention: {
        cap: fields.positive('attn_logit_softcapping', 50),
        // The 27B model scales queries by something other than its head size; llama.cpp recognizes it by its number of layers.
        scale: 1 / Math.sqrt(sizes.layers === 46 ? sizes.hiddenSize / sizes.heads : sizes.headSize),
      },
      feedForward: { activation: 'gelu tanh' },
      layerTypes: fields.haveWindow(sizes.layers, 2).map((has) => (has ? { rope: 0, window } : { rope: 0 })),
      logitCap: fields.positive('final_logit_softcapping', 30),
    }
  },
  ggufRules: {
    ...{ attn_logit_softcapping: 'read', final_logit_softcapping: 'read' },
    ...{ 'attention.sliding_window': 'read', 'attention.sliding_window_pattern': 'read' },
  },
  names: namesAround,
  orders: gemmaOrders,
})
