import { commonRules, fullAttention } from '../config/common-rules.ts'
import { type Json, numeric } from '../config/config-fields.ts'
import { decoderConfig, decoderGgufConfig } from '../config/decoder-config.ts'
import { checkFieldRules, type FieldRules } from '../config/field-rules.ts'
import { decoderWeights } from '../decoder-weights.ts'
import type { Architecture } from './architecture.ts'
import { llama } from './llama.ts'

const biases = { attentionBias: true, outputBias: false, feedForwardBias: false }

const maxPositions = 32_768

const qwen2Rules: FieldRules = {
  ...commonRules,
  attention_bias: { harmless: 'queries, keys and values always have biases' },
  use_sliding_window: {
    only: 'false, or a window that no layer has',
    allows: (value, json) => value === false || !hasWindow(json),
  },
  sliding_window: { harmless: 'use_sliding_window decides' },
}

/** Whether a layer attends to the last `sliding_window` positions alone, where use_sliding_window says so. */
function hasWindow(json: Json): boolean {
  const window = json.sliding_window === undefined ? 4096 : json.sliding_window
  if (window === null || numeric(window) >= numeric(json.max_position_embeddings)) return false
  if (Array.isArray(json.layer_types)) return !fullAttention.allows(json.layer_types, json)
  return !(numeric(json.max_window_layers ?? 28) >= numeric(json.num_hidden_layers))
}

/** Qwen2 and Qwen2.5: Llama with a bias on queries, keys and values, and rows as checkpoints have them. */
export const qwen2: Architecture = {
  ...llama,
  name: 'qwen2',
  modelTypes: ['qwen2'],
  ggufArchitectures: ['qwen2'],
  configRules: qwen2Rules,

  parseConfig(json) {
    checkFieldRules({ max_position_embeddings: maxPositions, ...json }, qwen2Rules, 'config.json')
    return decoderConfig(json, { architecture: 'qwen2', maxPositions, biases })
  },

  parseGguf(metadata, tensors) {
    return decoderGgufConfig(metadata, tensors, { architecture: 'qwen2', biases })
  },

  weightSpecs(config) {
    return decoderWeights(config)
  },
}
