import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import goldens from '../../../../test/goldens/dequantize.json' with { type: 'json' }
import { bytesSource } from '../../../storage/memory-storage.ts'
import { readBlocks } from './block-format.ts'
import { dequantize, ggmlFormats, ggmlTypes } from './dequantize.ts'
import { halfValues } from './float-formats.ts'

const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

describe('dequantize', () => {
  it('has a golden for each type', () => {
    expect(Object.keys(goldens.types).sort()).toEqual(Object.keys(ggmlFormats).sort())
  })

  it('names the types as gguf-py does', () => {
    expect(ggmlTypes).toEqual(goldens.numbers)
  })

  it.each(Object.entries(goldens.types))('gives the bits of gguf-py for %s', (type, golden) => {
    const values = dequantize(type, decode(golden.bytes))
    expect(new Uint8Array(values.buffer)).toEqual(decode(golden.values))
  })

  it('takes bytes at odd offsets', () => {
    const { bytes, values } = goldens.types.Q4_1
    const shifted = new Uint8Array([0, ...decode(bytes)]).subarray(1)
    expect(new Uint8Array(dequantize('Q4_1', shifted).buffer)).toEqual(decode(values))
    const floats = new Uint8Array([0, ...decode(goldens.types.F32.bytes)]).subarray(1)
    expect(new Uint8Array(dequantize('F32', floats).buffer)).toEqual(decode(goldens.types.F32.values))
  })

  it('keeps what is not finite in float16 and bfloat16', () => {
    const half = halfValues()
    expect([half[0x7c00], half[0xfc00], half[0x7e00], half[0x8000], half[1], half[0x7bff]]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      -0,
      2 ** -24,
      65504,
    ])
    const brain = dequantize('BF16', new Uint8Array([0x80, 0x7f, 0x80, 0xff, 0xc0, 0x7f]))
    expect([...brain]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
  })

  it('refuses unknown types and parts of blocks', () => {
    expect(() => dequantize('IQ2_XS', new Uint8Array(74))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', found: 'IQ2_XS' }),
    )
    expect(() => dequantize('Q8_0', new Uint8Array(33))).toThrow(
      expect.objectContaining({ code: 'MALFORMED', found: '33 bytes' }),
    )
  })
})

describe('readBlocks', () => {
  it('reads a large tensor in pieces of whole blocks', async () => {
    const block = decode(goldens.types.Q6_K.bytes).subarray(0, 210)
    const count = 60_000
    const bytes = new Uint8Array(3 + count * 210)
    for (let i = 0; i < count; i++) bytes.set(block, 3 + i * 210)
    const source = bytesSource('large', bytes)
    const sizes: number[] = []
    const counted = {
      ...source,
      read(start: number, end: number) {
        sizes.push(end - start)
        return source.read(start, end)
      },
    }
    const values = await readBlocks(counted, { start: 3, end: bytes.length }, ggmlFormats.Q6_K!)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(10_000_000)
    const one = dequantize('Q6_K', block)
    for (const i of [0, 1, 39_945, 39_946, count - 1])
      expect(values.slice(i * 256, i * 256 + 256)).toEqual(one)
  })
})
