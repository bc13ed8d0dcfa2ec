import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../storage/memory-storage.ts'
import { openSafetensors, readSafetensorsMetadata } from './safetensors.ts'
import { writeSafetensors } from './write-safetensors.ts'

const x = new Float32Array([0, -1.5, 2, 0.0078125, -256, 3])

describe('writeSafetensors', () => {
  it('writes the bytes that Python writes', () => {
    const tensors = {
      'a.steps': { shape: [2], data: new Int32Array([7, -8]) },
      b: { shape: [2, 3], data: x },
      'a é': { shape: [3], data: x.subarray(0, 3) },
    }
    const python = readFileSync(new URL('../../../../test/goldens/tiny-f32.safetensors', import.meta.url))
    expect(writeSafetensors(tensors, { note: 'π "x"' })).toEqual(new Uint8Array(python))
  })

  it('is read back as it was, with data that start at a multiple of eight', async () => {
    for (const name of ['a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg', 'abcdefgh']) {
      const bytes = writeSafetensors({ [name]: { shape: [2, 3], data: x } }, { b: '2', a: '1' })
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n)
      const source = bytesSource('w', bytes)
      expect(await (await openSafetensors(source)).read(name)).toEqual(x)
      expect(await readSafetensorsMetadata(source)).toEqual({ a: '1', b: '2' })
    }
  })

  it('does not depend on the order it is given', () => {
    const a = { shape: [6], data: x }
    const b = { shape: [1], data: new Float32Array([1]) }
    expect(writeSafetensors({ a, b }, { p: '', q: '' })).toEqual(writeSafetensors({ b, a }, { q: '', p: '' }))
  })

  it.each<[string, string, number[]]>([
    ['a shape that the data do not fill', 'a', [2, 2]],
    ['a size that is no whole number', 'a', [1.5, 4]],
    ['a negative size', 'a', [-2, -3]],
    ['the name of the metadata', '__metadata__', [6]],
  ])('refuses %s', (_, name, shape) => {
    expect(() => writeSafetensors({ [name]: { shape, data: x } })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
