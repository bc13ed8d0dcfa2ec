import { expect, it } from 'vitest'
import { findArchitecture } from '../model/decoder/architectures/find-architecture.ts'
import { describeConfig } from './describe-config.ts'

const sizes = { vocab_size: 100, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 4 }
const heads = { num_attention_heads: 4, max_position_embeddings: 256 }
const uses = (json: Record<string, unknown>) =>
  describeConfig(findArchitecture(json.model_type).parseConfig({ ...sizes, ...heads, ...json }))

it('says plain things of a plain model', () => {
  expect(uses({ model_type: 'llama', rms_norm_eps: 1e-5, tie_word_embeddings: false })).toEqual({
    attention: '4 heads of 8',
    sight: 'every layer sees all tokens',
    positions: 'RoPE, θ 10,000',
    norms: 'RMSNorm, before each part; ε 0.00001',
    'feed-forward': '64 wide, silu, gated',
    embeddings: 'not tied',
  })
})

it('says what differs: windows, ropes, norms, scales and caps', () => {
  const gemma = uses({
    model_type: 'gemma3_text',
    ...{ head_dim: 8, num_key_value_heads: 2, query_pre_attn_scalar: 16, sliding_window: 64 },
    ...{ sliding_window_pattern: 2, final_logit_softcapping: 30, tie_word_embeddings: true },
  })
  expect(gemma).toEqual({
    attention: '4 heads of 8, 2 of keys and values (2 queries each)',
    sight: 'a window of 64 tokens in 2 of 4 layers, all tokens in 2',
    positions: 'RoPE, θ 1,000,000 in 2 of 4 layers; RoPE, θ 10,000 in 2 of 4 layers',
    norms: 'RMSNorm of weight + 1, before and after each part; queries and keys too (each head); ε 0.000001',
    'feed-forward': '64 wide, gelu tanh, gated',
    'soft caps': 'logits 30',
    scales: 'attention × 0.25, embeddings × 5.657',
    embeddings: 'tied: they are the output projection too',
  })
})

it('says what older families have: learned positions, LayerNorm, biases', () => {
  const gpt2 = uses({ model_type: 'gpt2', n_embd: 32, n_head: 4, n_layer: 4, n_positions: 256, n_inner: 64 })
  expect(gpt2).toMatchObject({
    positions: 'learned',
    norms: expect.stringMatching(/^LayerNorm with bias, before each part/),
    biases: "queries, keys, values, attention's output, feed-forward",
    'feed-forward': '64 wide, gelu tanh',
  })
  const neox = uses({ model_type: 'gpt_neox', rotary_pct: 0.25, hidden_act: 'gelu' })
  expect(neox.positions).toContain("on 2 of a head's 8 numbers")
  expect(neox.norms).toContain('in parallel')
})
