import { describe, expect, it } from 'vitest'
import { parseQuantization } from './quantization-config.ts'

const gptq = { quant_method: 'gptq', bits: 4, group_size: 128, desc_act: true, sym: true }
const awq = { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true, version: 'gemm' }
const fp8 = { quant_method: 'fp8', activation_scheme: 'dynamic', fmt: 'e4m3' }
const weights = { num_bits: 8, type: 'float', symmetric: true, strategy: 'channel', dynamic: false }
const compressed = (changes: object, more: object = {}) => ({
  quant_method: 'compressed-tensors',
  format: 'float-quantized',
  config_groups: { group_0: { targets: ['Linear'], weights: { ...weights, ...changes } } },
  ...more,
})

describe('parseQuantization', () => {
  it.each<[object, object]>([
    [gptq, { method: 'gptq', groupSize: 128, zeroShift: 1 }],
    [
      { ...gptq, group_size: -1, checkpoint_format: 'gptq' },
      { method: 'gptq', groupSize: undefined, zeroShift: 1 },
    ],
    [
      { ...gptq, checkpoint_format: 'gptq_v2' },
      { method: 'gptq', groupSize: 128, zeroShift: 0 },
    ],
    [
      { ...gptq, meta: { quantizer: ['x'] }, dynamic: null },
      { method: 'gptq', groupSize: 128, zeroShift: 1 },
    ],
    [awq, { method: 'awq', groupSize: 128 }],
    [
      { quant_method: 'awq', w_bit: 4, q_group_size: 64, version: 'GEMM' },
      { method: 'awq', groupSize: 64 },
    ],
    [fp8, { method: 'fp8', block: [128, 128] }],
    [
      { ...fp8, weight_block_size: [64, 128] },
      { method: 'fp8', block: [64, 128] },
    ],
    [
      { ...fp8, weight_block_size: null },
      { method: 'fp8', block: undefined },
    ],
    [compressed({}), { method: 'fp8', block: undefined }],
    [compressed({ strategy: 'block', block_structure: [128, 128] }), { method: 'fp8', block: [128, 128] }],
    [compressed({}, { sparsity_config: { format: 'dense' } }), { method: 'fp8', block: undefined }],
  ])('reads %j', (json, expected) => {
    expect(parseQuantization(json)).toEqual(expected)
  })

  it.each([undefined, null, false, 7, 'gptq', {}, { load_in_4bit: true }, []])(
    'finds no method in %j',
    (value) => {
      expect(parseQuantization(value)).toBeUndefined()
    },
  )

  it.each<[string, object, RegExp]>([
    ['other methods', { quant_method: 'hqq' }, /found "hqq"/],
    ['GPTQ in 3 bits', { ...gptq, bits: 3 }, /found bits 3/],
    ['bits by layer', { ...gptq, dynamic: { '.*down.*': { bits: 8 } } }, /found dynamic/],
    ['Marlin', { ...gptq, checkpoint_format: 'marlin' }, /found checkpoint_format "marlin"/],
    ['rotated activations', { ...gptq, rotation: 'hadamard' }, /found rotation/],
    ['AWQ in 8 bits', { ...awq, bits: 8 }, /found bits 8/],
    ['AWQ for other kernels', { ...awq, version: 'gemv' }, /found version "gemv"/],
    ['AWQ without zero points', { ...awq, zero_point: false }, /found zero_point false/],
    ['experts in 4 bits', { ...fp8, expert_dtype: 'fp4' }, /found expert_dtype/],
    ['scales that divide', { ...fp8, weight_scale_semantics: 'inverse' }, /found weight_scale_semantics/],
    ['integers', compressed({ type: 'int' }), /group_0.*found type "int"/],
    ['4 bits', compressed({ num_bits: 4 }), /found num_bits 4/],
    ['packed integers', compressed({}, { format: 'pack-quantized' }), /found format "pack-quantized"/],
    ['groups of inputs', compressed({ strategy: 'group' }), /found strategy "group"/],
    ['sparse weights', compressed({}, { sparsity_config: { format: 'sparse-24' } }), /found sparsity_config/],
    ['turned weights', compressed({}, { transform_config: { a: 1 } }), /found transform_config/],
  ])('refuses %s by name', (_, json, words) => {
    expect(() => parseQuantization(json)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(words),
        remedy: expect.stringContaining('GGUF'),
      }),
    )
  })

  it.each<[string, object]>([
    ['GPTQ without bits', { ...gptq, bits: undefined }],
    ['groups of no size', { ...gptq, group_size: 0 }],
    ['groups without a size', { ...awq, group_size: undefined }],
    ['two formats', { ...gptq, format: 'gptq', checkpoint_format: 'gptq_v2' }],
    ['a block of one number', { ...fp8, weight_block_size: [128] }],
    ['a block of three', { ...fp8, weight_block_size: [1, 2, 3] }],
    ['no groups', { ...compressed({}), config_groups: {} }],
    ['a group of nothing', { ...compressed({}), config_groups: { a: null } }],
    ['a group without weights', { ...compressed({}), config_groups: { a: {} } }],
    ['weights of no bits', compressed({ num_bits: undefined })],
  ])('calls %s MALFORMED', (_, json) => {
    expect(() => parseQuantization(json)).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining('quantization_config') }),
    )
  })
})
