import { bytesSource, openSafetensors } from '@policypatch/core/platform'
import { expect, test } from 'vitest'
import { float16Bits } from './float16.ts'

/** A safetensors file of half-precision numbers, which core reads as float32. */
async function valuesOf(bits: Uint16Array): Promise<number[]> {
  const json = JSON.stringify({
    x: { dtype: 'F16', shape: [bits.length], data_offsets: [0, bits.length * 2] },
  })
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8))
  const file = new Uint8Array(8 + header.length + bits.length * 2)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  file.set(new Uint8Array(bits.buffer), 8 + header.length)
  return [...(await (await openSafetensors(bytesSource('test', file))).read('x'))]
}

test('every half-precision number comes back as it was, by another reader', async () => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)
  const numbers = bits.filter((each) => (each & 0x7c00) < 0x7c00 || (each & 0x3ff) === 0)
  expect(float16Bits(await valuesOf(numbers))).toEqual(numbers)
})

test('what lies between two is rounded to the nearer, and to the even of two that are equally near', async () => {
  const bits = Uint16Array.from({ length: 0x7bff }, (_, i) => i)
  const values = await valuesOf(bits)
  const middle = values.map((value, i) => (value + (values[i + 1] ?? 65_504)) / 2)
  const below = middle.map((value, i) => value - (value - (values[i] as number)) / 4)
  const above = middle.map((value, i) => value + (value - (values[i] as number)) / 4)
  expect(float16Bits(below)).toEqual(bits)
  expect(float16Bits(above)).toEqual(bits.map((each) => each + 1))
  expect(float16Bits(middle)).toEqual(bits.map((each) => each + (each & 1)))
})

test('what is too large is infinite, what is too small is zero, and NaN stays', () => {
  expect(float16Bits([65_519, 65_520, -1e9, Infinity, 2 ** -25, -(2 ** -26)])).toEqual(
    Uint16Array.of(0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 0x8000),
  )
  expect(float16Bits([Number.NaN])).toEqual(Uint16Array.of(0x7e00))
})
