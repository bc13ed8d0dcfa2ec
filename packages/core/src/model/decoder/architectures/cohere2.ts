import { fullOrSliding, slidingBut, windowedLayers } from '../config/layer-types.ts'
import { cohereDefaults, cohereGgufPlan, cohereNorm, coherePlan, cohereRules } from './cohere.ts'
import { decoder } from './decoder.ts'

/**
 * Command-R7B and Command-A (Cohere 2024): Cohere with three layers of sliding window and RoPE to every full layer without RoPE.
 */
export const cohere2 = decoder({
  name: 'cohere2',
  modelTypes: ['cohere2'],
  ggufArchitectures: ['cohere2'],
  rules: {
    ...cohereRules,
    ...{ sliding_window: 'read', sliding_window_pattern: 'read', layer_types: fullOrSliding },
  },
  defaults: { ...cohereDefaults, sliding_window: 4096 },
  rope: { interleaved: true },
  norm: cohereNorm,
  plan(fields, json) {
    const bias = fields.flag('attention_bias', false)
    const every = fields.integer('sliding_window_pattern', 4)
    return {
      ...coherePlan(fields.positive('logit_scale')),
      attention: { bias, outputBias: bias },
      layerTypes: windowedLayers(json, slidingBut(every), {}, { rope: 0 }),
    }
  },
  ggufPlan(fields, _, { layers }) {
    const window = fields.window()
    return {
      ...cohereGgufPlan(fields),
      layerTypes: fields.haveWindow(layers, 4).map((has) => (has ? { rope: 0, window } : {})),
    }
  },
  ggufRules: {
    ...{ logit_scale: 'read', 'attention.layer_norm_epsilon': 'read' },
    ...{ 'attention.sliding_window': 'read', 'attention.sliding_window_pattern': 'read' },
  },
})
