import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import goldens from '../../../../test/goldens/quantized-matrices.json' with { type: 'json' }
import { bytesSource } from '../../../storage/memory-storage.ts'
import { float8Formats } from '../dequantize/float8-formats.ts'
import { openSafetensors } from '../tensors/safetensors.ts'
import { parseQuantization, type Quantization } from './quantization-config.ts'
import { quantizedReader } from './quantized-reader.ts'

interface RawTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: string
}

interface Case {
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: Readonly<Record<string, RawTensor>>
  readonly values: string
}

const cases = goldens.matrices as unknown as Readonly<Record<string, Case>>
const caseOf = (name: string) => cases[name] as Case
const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** A safetensors file of tensors as they are given. */
function safetensors(tensors: Readonly<Record<string, RawTensor>>): Uint8Array {
  let at = 0
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const from = at
    at += decode(bytes).length
    return [name, { dtype, shape, data_offsets: [from, at] }]
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return new Uint8Array(
    Buffer.concat([length, header, ...Object.values(tensors).map(({ bytes }) => decode(bytes))]),
  )
}

const open = async ({ config, tensors }: Pick<Case, 'config' | 'tensors'>, uses = (_: string) => false) =>
  quantizedReader(
    await openSafetensors(bytesSource('m.safetensors', safetensors(tensors))),
    parseQuantization(config) as Quantization,
    uses,
  )

describe('floats of 8 bits', () => {
  it.each(Object.entries(goldens.floats))('%s are those of PyTorch', async (dtype, golden) => {
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)).toString('base64')
    const file = safetensors({ t: { dtype, shape: [256], bytes } })
    const reader = await openSafetensors(bytesSource('t.safetensors', file))
    const expected = new Float32Array(decode(golden).buffer)
    expect(await reader.read('t')).toEqual(expected)
    expect((await reader.readPacked('t')).decode()).toEqual(expected)
  })

  it('has a golden for each', () => {
    expect(Object.keys(goldens.floats).sort()).toEqual(Object.keys(float8Formats).sort())
  })
})

describe('quantizedReader', () => {
  it.each(Object.entries(cases))('gives the bits of the library: %s', async (_, one) => {
    const reader = await open(one)
    expect([...reader.tensors.keys()]).toEqual(['m.weight'])
    const { shape = [], byteLength = 0 } = reader.tensors.get('m.weight') ?? {}
    const expected = decode(one.values)
    expect(shape.reduce((product, n) => product * n, 4)).toBe(expected.length)
    expect(byteLength).toBeLessThan(expected.length)
    expect(bytesOf(await reader.read('m.weight'))).toEqual(expected)
    const packed = await reader.readPacked('m.weight')
    const out = new Float32Array(expected.length / 4)
    expect(packed.decode(out)).toBe(out)
    expect(bytesOf(out)).toEqual(expected)
    expect(packed.bytes.length).toBeLessThan(expected.length)
  })

  it('tells matrices apart by what they are packed in, scales included', async () => {
    const one = caseOf('fp8')
    const scale = { ...(one.tensors['m.weight_scale_inv'] as RawTensor), bytes: 'AAAAPw==' }
    const other = { ...one, tensors: { ...one.tensors, 'm.weight_scale_inv': scale } }
    const [first, second] = [await open(one), await open(other)]
    expect((await first.readPacked('m.weight')).bytes).not.toEqual(
      (await second.readPacked('m.weight')).bytes,
    )
  })

  it('leaves what is not quantized as it is, and passes over scales of activations', async () => {
    const one = caseOf('compressed-tensors, tensor')
    const half = { dtype: 'F16', shape: [1], bytes: 'ADw=' }
    const more = { 'n.weight': half, 'm.input_scale': half, 'm.bias': half }
    const reader = await open({ ...one, tensors: { ...one.tensors, ...more } })
    expect([...reader.tensors.keys()].sort()).toEqual(['m.bias', 'm.weight', 'n.weight'])
    expect(reader.tensors.get('n.weight')?.dtype).toBe('F16')
    expect([...(await reader.read('n.weight'))]).toEqual([1])
    expect([...(await reader.readPacked('m.bias')).decode()]).toEqual([1])
  })

  it('leaves out the biases of zeros that GPTQ has where a model has none', async () => {
    const one = caseOf('gptq')
    const withBias = (bytes: string) => ({
      ...one,
      tensors: { ...one.tensors, 'm.bias': { dtype: 'F16', shape: [2], bytes } },
    })
    expect((await open(withBias('AAAAgA=='))).tensors.has('m.bias')).toBe(false)
    expect((await open(withBias('AAAAPA=='))).tensors.has('m.bias')).toBe(true)
    const uses = (name: string) => name === 'm.bias'
    expect((await open(withBias('AAAAgA=='), uses)).tensors.has('m.bias')).toBe(true)
  })

  const gptq = caseOf('gptq, in the order of activations')
  const fp8 = caseOf('fp8, blocks')
  const part = (one: Case, name: string) => one.tensors[name] as RawTensor
  const index = (group: number) => {
    const bytes = decode(part(gptq, 'm.g_idx').bytes)
    new DataView(bytes.buffer).setInt32(40, group, true)
    return { 'm.g_idx': { ...part(gptq, 'm.g_idx'), bytes: Buffer.from(bytes).toString('base64') } }
  }
  const cut = (one: RawTensor) => ({
    ...one,
    shape: [1, ...one.shape.slice(1)],
    bytes: Buffer.from(
      decode(one.bytes).subarray(0, decode(one.bytes).length / (one.shape[0] as number)),
    ).toString('base64'),
  })

  it.each<[string, Case, Record<string, RawTensor | undefined>, string, RegExp]>([
    ['a matrix without scales', gptq, { 'm.scales': undefined }, 'MISSING_TENSOR', /m\.scales/],
    ['a matrix without zero points', gptq, { 'm.qzeros': undefined }, 'MISSING_TENSOR', /m\.qzeros/],
    [
      'too few scales',
      gptq,
      { 'm.scales': cut(part(gptq, 'm.scales')) },
      'SHAPE_MISMATCH',
      /m\.scales.*\[2, 16\]/,
    ],
    [
      'floats for codes',
      gptq,
      { 'm.qweight': { dtype: 'F32', shape: [0, 16], bytes: '' } },
      'UNSUPPORTED',
      /m\.qweight.*F32/,
    ],
    ['a group that is none', gptq, index(2), 'MALFORMED', /from 0 to 1 in m\.g_idx; found 2/],
    ['a negative group', gptq, index(-1), 'MALFORMED', /found -1/],
    ['codes and a weight', gptq, { 'm.weight': part(fp8, 'm.weight') }, 'MALFORMED', /m\.weight.*both/],
    ['8 bits without a scale', fp8, { 'm.weight_scale_inv': undefined }, 'MISSING_TENSOR', /neither/],
    [
      '8 bits with two scales',
      fp8,
      { 'm.weight_scale': part(fp8, 'm.weight_scale_inv') },
      'MALFORMED',
      /both/,
    ],
    [
      'too few blocks',
      fp8,
      { 'm.weight_scale_inv': cut(part(fp8, 'm.weight_scale_inv')) },
      'SHAPE_MISMATCH',
      /\[4, 4\]/,
    ],
  ])('refuses %s', async (_, one, changes, code, words) => {
    const held = Object.entries({ ...one.tensors, ...changes }).filter(([, tensor]) => tensor)
    const tensors = Object.fromEntries(held) as Record<string, RawTensor>
    const failing = open({ ...one, tensors }).then((reader) => reader.readPacked('m.weight'))
    await expect(failing).rejects.toMatchObject({
      name: 'PatchError',
      code,
      message: expect.stringMatching(words),
    })
  })
})
