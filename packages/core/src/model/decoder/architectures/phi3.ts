import { commonRules } from '../config/common-rules.ts'
import type { Json } from '../config/config-fields.ts'
import { only } from '../config/field-rules.ts'
import { windowedLayers } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'

/** Older files use other names for LongRoPE. */
function longRopeByName(json: Json): Json {
  const renamed = (parameters: unknown) => {
    if (typeof parameters !== 'object' || parameters === null) return parameters
    const { rope_type: type, type: older, ...rest } = parameters as Json
    const kind = type ?? older ?? 'default'
    return { ...rest, rope_type: kind === 'su' || kind === 'yarn' ? 'longrope' : kind }
  }
  const { rope_scaling: scaling, rope_parameters: parameters } = json
  return {
    ...json,
    ...(scaling !== undefined && { rope_scaling: renamed(scaling) }),
    ...(parameters !== undefined && { rope_parameters: renamed(parameters) }),
  }
}

/** Phi-3 and Phi-4-mini (Abdin et al. 2024): Llama with fused projections, and LongRoPE on part of each head. */
export const phi3 = decoder({
  name: 'phi3',
  modelTypes: ['phi3'],
  ggufArchitectures: ['phi3'],
  rules: {
    ...commonRules,
    partial_rotary_factor: 'read',
    sliding_window: 'read',
    layer_types: only(),
  },
  defaults: {
    ...{ max_position_embeddings: 4096, original_max_position_embeddings: 4096, rms_norm_eps: 1e-5 },
    sliding_window: null,
  },
  usualForm: longRopeByName,
  rope: { partial: true, types: ['default', 'longrope'] },
  plan(_, json) {
    const sight = json.sliding_window === null ? 'full_attention' : 'sliding_attention'
    return {
      attention: { fused: 'parts' },
      feedForward: { gated: 'fused' },
      layerTypes: windowedLayers(json, () => sight),
    }
  },
  // llama.cpp ignores the window; the checkpoint has it.
  ggufPlan(fields, _, { layers }) {
    const window = fields.window(0)
    return {
      attention: { fused: 'parts' },
      feedForward: { gated: 'fused' },
      layerTypes: Array.from({ length: Math.min(layers, 10_000) }, () => ({ rope: 0, window })),
    }
  },
  ggufRules: { 'attention.sliding_window': 'read' },
})
