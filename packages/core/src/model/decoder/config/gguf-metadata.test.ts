import { describe, expect, it } from 'vitest'
import type { Architecture } from '../architectures/architecture.ts'
import { cohere2 } from '../architectures/cohere2.ts'
import { gemma2 } from '../architectures/gemma2.ts'
import { gemma3 } from '../architectures/gemma3.ts'
import { granite } from '../architectures/granite.ts'
import { llama } from '../architectures/llama.ts'
import { phi3 } from '../architectures/phi3.ts'
import { qwen2 } from '../architectures/qwen.ts'

const metadata = {
  'general.architecture': 'llama',
  'llama.vocab_size': 97,
  'llama.context_length': 256,
  'llama.embedding_length': 32,
  'llama.feed_forward_length': 64,
  'llama.block_count': 2,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'llama.attention.layer_norm_rms_epsilon': 1e-5,
}
const parse = (changes: object, tensors: readonly string[] = []) =>
  llama.parseGguf({ ...metadata, ...changes }, new Set(tensors))

describe('RoPE scaling in GGUF metadata is that of llama.cpp', () => {
  it.each<[object, number | undefined]>([
    [{}, undefined],
    [{ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 2 }, 2],
    [{ 'llama.rope.scaling.factor': 2 }, 2],
    [{ 'llama.rope.scale_linear': 2 }, 2],
    [{ 'llama.rope.scale_linear': 2, 'llama.rope.scaling.factor': 4 }, 4],
    [{ 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 2 }, undefined],
    [{ 'llama.rope.scaling.factor': 0 }, undefined],
    [{ 'llama.rope.scaling.type': 'linear' }, undefined],
    [{ 'llama.rope.scale_linear': 1 }, undefined],
  ])('%o', (changes, expected) => {
    expect(parse(changes).ropes[0]?.factors).toEqual(expected && new Array(4).fill(expected))
  })
})

describe('what the arithmetic of a plain decoder leaves out is refused by name', () => {
  it.each([
    ['rope.scaling.type', 'of_another_kind'],
    ['rope.scaling.yarn_ext_factor', 0.5],
    ['rope.scaling.yarn_log_multiplier', 0.1],
    ['rope.scaling.yarn_attn_factor', 0.7],
    ['rope.scaling.alpha', 1000],
    ['attention.temperature_scale', 0.1],
    ['attention.key_length_swa', 16],
    ['rope.dimension_count', 4],
    ['rope.dimension_sections', [16, 24, 24, 0]],
    ['rope.freq_base_swa', 10000],
    ['attention.sliding_window', 64],
    ['attention.value_length', 16],
    ['attention.causal', false],
    ['attention.clamp_kqv', 8],
    ['attention.max_alibi_bias', 8],
    ['attention.scale', 0.5],
    ['attention.head_count', [4, 8]],
    ['expert_count', 8],
    ['logit_scale', 0.25],
    ['embedding_scale', 12],
    ['residual_scale', 0.22],
    ['attn_logit_softcapping', 50],
    ['final_logit_softcapping', 30],
    ['use_parallel_residual', true],
    ['nextn_predict_layers', 1],
    ['leading_dense_block_count', 1],
    ['a_key_to_come', 3],
  ])('%s %o', (key, value) => {
    expect(() => parse({ [`llama.${key}`]: value })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining(key) }),
    )
  })
})

it.each([
  ['rope.dimension_count', 8],
  ['attention.key_length', 8],
  ['attention.value_length', 8],
  ['attention.sliding_window', 0],
  ['attention.sliding_window', 4096],
  ['attention.head_count', [4, 4]],
  ['attention.scale', 1 / Math.sqrt(8)],
  ['attention.causal', true],
  ['expert_count', 0],
  ['expert_used_count', 0],
  ['logit_scale', 1],
  ['rope.scaling.attn_factor', 1],
  ['rope.scaling.finetuned', true],
  ['tensor_data_layout', 'Meta AI original pth'],
  ['a_key_to_come', 0],
])('%s %o changes nothing', (key, value) => {
  expect(parse({ [`llama.${key}`]: value })).toEqual(parse({}))
})

it.each([
  ['block_count', 0],
  ['block_count', -1],
  ['block_count', 10n ** 12n],
  ['embedding_length', 31],
  ['attention.head_count_kv', 3],
  ['attention.key_length', 7],
  ['context_length', Number.NaN],
  ['rope.freq_base', Number.POSITIVE_INFINITY],
  ['rope.freq_base', 0],
])('%s %o is no number that a model can have', (key, value) => {
  expect(() => parse({ [`llama.${key}`]: value })).toThrow(
    expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining(key.split('_kv')[0]!) }),
  )
})

/** The metadata of another family, with changes. */
function parseAs(architecture: Architecture, changes: object, tensors: readonly string[] = []) {
  const [name] = architecture.ggufArchitectures as [string]
  const own = Object.entries({ ...metadata, ...changes }).map(([key, value]) => [
    key.replace('llama.', `${name}.`),
    value === 'llama' ? name : value,
  ])
  return architecture.parseGguf(Object.fromEntries(own), new Set(tensors))
}

it('takes the biases that are there, as llama.cpp does', () => {
  const biases = ({ attention, feedForward }: ReturnType<typeof parse>) => [
    attention.bias,
    attention.outputBias,
    feedForward.bias,
  ]
  expect(biases(parse({}))).toEqual([false, false, false])
  expect(biases(parse({}, ['blk.0.attn_q.bias']))).toEqual([true, false, false])
  expect(biases(parse({}, ['blk.0.attn_output.bias', 'blk.0.ffn_up.bias']))).toEqual([false, true, true])
  expect(biases(parseAs(qwen2, {}))).toEqual([false, false, false])
})

describe('layers with a window', () => {
  const window = 'llama.attention.sliding_window'
  const pattern = 'llama.attention.sliding_window_pattern'
  const logits = { 'llama.logit_scale': 1, 'llama.attention.layer_norm_epsilon': 1e-5 }
  const windowsOf = (architecture: Architecture, changes: object) =>
    parseAs(architecture, { 'llama.block_count': 6, ...logits, ...changes }).layerTypes.map(
      (one) => one.window,
    )

  it.each<[Architecture, object, (number | undefined)[]]>([
    [gemma2, { [window]: 8 }, [8, undefined, 8, undefined, 8, undefined]],
    [gemma2, { 'llama.context_length': 8192 }, [4096, undefined, 4096, undefined, 4096, undefined]],
    [gemma3, { [window]: 8 }, [8, 8, 8, 8, 8, undefined]],
    [gemma3, { [window]: 8, [pattern]: 3 }, [8, 8, undefined, 8, 8, undefined]],
    [gemma3, { [window]: 8, [pattern]: [true, false, false, false, false, true] }, [8, ...new Array(4), 8]],
    [gemma3, { [window]: 0 }, new Array(6).fill(undefined)],
    [gemma3, {}, new Array(6).fill(undefined)],
    [cohere2, { [window]: 8 }, [8, 8, 8, undefined, 8, 8]],
    [cohere2, { [window]: 256 }, new Array(6).fill(undefined)],
    [phi3, { [window]: 0 }, new Array(6).fill(undefined)],
  ])('%#', (architecture, changes, expected) => {
    expect(windowsOf(architecture, changes)).toEqual(expected)
  })

  it('a list of another length is malformed', () => {
    expect(() => windowsOf(gemma3, { [window]: 8, [pattern]: [true, false] })).toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        message: expect.stringContaining('sliding_window_pattern'),
      }),
    )
  })
})

it('Granite without rope.scaling.finetuned has no RoPE, as llama.cpp reads it', () => {
  const ropesOf = (changes: object) => parseAs(granite, changes).layerTypes.map(({ rope }) => rope)
  expect(ropesOf({})).toEqual([0, 0])
  expect(ropesOf({ 'llama.rope.scaling.finetuned': true })).toEqual([0, 0])
  expect(ropesOf({ 'llama.rope.scaling.finetuned': false })).toEqual([undefined, undefined])
})

it('short factors of LongRoPE hold in the context that the model was first trained with', () => {
  const changes = { 'llama.rope.scaling.original_context_length': 64 }
  expect(parse(changes).maxPositions).toBe(256)
  expect(parse(changes, ['rope_factors_short.weight']).maxPositions).toBe(64)
})

it('a file without the ε of its norms is malformed, as llama.cpp has no default', () => {
  const { 'llama.attention.layer_norm_rms_epsilon': _, ...rest } = metadata
  expect(() => llama.parseGguf(rest, new Set())).toThrow('attention.layer_norm_rms_epsilon')
})
