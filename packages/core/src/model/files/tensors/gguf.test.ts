import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import golden from '../../../../test/goldens/tiny-mixed.json' with { type: 'json' }
import { bytesSource } from '../../../storage/memory-storage.ts'
import { openGguf } from './gguf.ts'

const tiny = new Uint8Array(
  readFileSync(new URL('../../../../test/goldens/tiny-mixed.gguf', import.meta.url)),
)
const open = (bytes: Uint8Array) => openGguf(bytesSource('m.gguf', bytes))

/** The file with a tensor's description changed: bytes at an offset after its name. */
function withDescription(tensor: string, offset: number, value: number): Uint8Array {
  const bytes = tiny.slice()
  const at = Buffer.from(bytes).indexOf(tensor) + tensor.length + offset
  new DataView(bytes.buffer).setUint32(at, value, true)
  return bytes
}
// After the name of a matrix: n_dims (4 bytes), two dims (8 each), type (4), offset (8).
const innerDimension = 4
const type = 20
const dataOffset = 24

describe('openGguf', () => {
  it('reads what gguf-py wrote, of every type', async () => {
    const reader = await open(tiny)
    expect([...reader.tensors.keys()].sort()).toEqual(Object.keys(golden.tensors).sort())
    for (const [name, { dtype, shape, byteLength, values }] of Object.entries(golden.tensors)) {
      expect(reader.tensors.get(name)).toMatchObject({ dtype, shape, byteLength })
      const bytes = new Uint8Array((await reader.read(name)).buffer)
      expect(Buffer.from(bytes).toString('base64'), name).toBe(values)
    }
  })

  it('gives metadata as plain values', async () => {
    expect((await open(tiny)).metadata).toMatchObject({
      'general.architecture': 'llama',
      'llama.block_count': 1,
      'llama.rope.freq_base': 100000,
      'test.safe': Number.MAX_SAFE_INTEGER,
      'test.unsafe': 2n ** 53n + 2n,
      'test.negative': -5,
      'test.flag': true,
      'tokenizer.ggml.tokens': ['<s>', 'é', 'ĠĊ', '𝒳'],
      'test.numbers': [3, -1, 2],
      'test.longs': [2 ** 40, 1],
    })
  })

  it('calls a cut anywhere TRUNCATED', async () => {
    // The last tensor has five float32; the file is padded to the alignment after it.
    const end = tiny.length - 12
    for (const length of [...Array.from({ length: Math.ceil(end / 13) }, (_, i) => 13 * i), end - 1]) {
      await expect(open(tiny.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        code: 'TRUNCATED',
      })
    }
    await open(tiny.subarray(0, end))
  })

  it('says which tensor is cut, and by how much', async () => {
    const found = tiny.length - 13
    await expect(open(tiny.subarray(0, found))).rejects.toMatchObject({
      expected: `20 bytes from byte ${tiny.length - 32} on for tensor output_norm.weight, F32 [5] in m.gguf`,
      found: `${found} bytes in all`,
    })
  })

  it.each<[string, Uint8Array, string]>([
    ['another kind of file', new TextEncoder().encode('PK and then some more bytes'), 'MALFORMED'],
    ['version 1', tiny.slice().fill(1, 4, 5), 'UNSUPPORTED'],
    ['big-endian', tiny.slice().fill(0, 4, 5).fill(3, 7, 8), 'UNSUPPORTED'],
    ['a count beyond reason', tiny.slice().fill(0xff, 8, 16), 'MALFORMED'],
    ['a metadata type that is none', tiny.slice().fill(99, 24 + 8 + 20, 24 + 8 + 21), 'MALFORMED'],
    [
      'a row that is no whole number of blocks',
      withDescription('blk.0.q8_0.weight', innerDimension, 33),
      'MALFORMED',
    ],
    ['a tensor type that is not read', withDescription('blk.0.q8_0.weight', type, 24), 'UNSUPPORTED'],
    ['a tensor type that is none', withDescription('blk.0.q8_0.weight', type, 250), 'UNSUPPORTED'],
    ['data outside the file', withDescription('blk.0.q8_0.weight', dataOffset, 1e6), 'TRUNCATED'],
    [
      'two tensors of one name',
      Uint8Array.from(
        Buffer.from(Buffer.from(tiny).toString('latin1').replace('blk.0.f16.', 'blk.0.f32.'), 'latin1'),
      ),
      'MALFORMED',
    ],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(open(bytes)).rejects.toMatchObject({ name: 'PatchError', code })
  })

  it.each([
    [16, 'IQ2_XXS'],
    [17, 'IQ2_XS'],
    [18, 'IQ3_XXS'],
    [19, 'IQ1_S'],
    [21, 'IQ3_S'],
    [22, 'IQ2_S'],
    [29, 'IQ1_M'],
    [34, 'TQ1_0'],
    [35, 'TQ2_0'],
    [39, 'MXFP4'],
    [40, 'NVFP4'],
    [99, 'type 99'],
  ])('names tensor and type %i, which it cannot read: %s', async (number, found) => {
    await expect(open(withDescription('blk.0.q8_0.weight', type, number))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      expected: expect.stringContaining('tensor blk.0.q8_0.weight in m.gguf'),
      found,
      remedy: expect.stringContaining('llama-quantize'),
    })
  })

  it('passes on what the source throws', async () => {
    const failure = new Error('disk gone')
    const source = { ...bytesSource('m.gguf', tiny), read: () => Promise.reject(failure) }
    await expect(openGguf(source)).rejects.toBe(failure)
  })

  it('names a tensor that is absent', async () => {
    await expect((await open(tiny)).read('x')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
  })
})
