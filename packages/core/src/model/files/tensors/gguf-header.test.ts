import { describe, expect, it } from 'vitest'
import { type GgufToWrite, writeGguf } from '../../../../test/models/write-gguf.ts'
import { bytesSource } from '../../../storage/memory-storage.ts'
import { openGguf } from './gguf.ts'

const open = (file: GgufToWrite | Uint8Array) =>
  openGguf(bytesSource('m.gguf', file instanceof Uint8Array ? file : writeGguf(file)))
const tensor = (name: string, offset: number, dims = [8]) => ({ name, dims, offset })
const data = new Uint8Array(64)
const architecture = ['general.architecture', 8, 'llama'] as const

describe('readGgufHeader', () => {
  it('reads texts and numbers wherever a piece that is read ends', async () => {
    const piece = 2 ** 20
    for (const before of [0, 1, 4, 7, 8, 9, 15, 20]) {
      // The texts of the second key come to lie around the end of the first piece.
      const filler = 'x'.repeat(piece - 90 - before)
      const values = ['tókén🙂', '', 'b', '\ufeff', '\ufeffa', 'x'.repeat(30)]
      const { metadata } = await open({
        pairs: [
          ['filler', 8, filler],
          ['texts', 9, values],
          ['numbers', 9, [-1, 2, 3], { of: 11 }],
          ['last', 8, 'end'],
        ],
      })
      expect(metadata).toEqual({ filler, texts: values, numbers: [-1, 2, 3], last: 'end' })
    }
  })

  it('reads arrays longer than a piece', async () => {
    const numbers = Array.from({ length: 3e5 }, (_, i) => i - 1e5)
    const { metadata } = await open({ pairs: [['numbers', 9, numbers, { of: 5 }]] })
    expect(metadata.numbers).toEqual(numbers)
  })

  it('keeps a key that JavaScript has a meaning for', async () => {
    const { metadata } = await open({ pairs: [['__proto__', 8, 'a']] })
    expect(Object.entries(metadata)).toEqual([['__proto__', 'a']])
  })

  it('reads an alignment of its own, and tensors in any order with gaps between them', async () => {
    const file: GgufToWrite = {
      pairs: [['general.alignment', 4, 64]],
      tensors: [tensor('b', 128), tensor('a', 0), tensor('none', 0, [0, 4])],
      data: new Uint8Array(new Float32Array(40).fill(3, 32).buffer),
      alignment: 64,
    }
    const reader = await open(file)
    expect([...(await reader.read('b'))]).toEqual(Array(8).fill(3))
    expect(await reader.read('none')).toHaveLength(0)
    expect(reader.tensors.get('none')?.shape).toEqual([4, 0])
  })

  it.each<[string, GgufToWrite, RegExp]>([
    ['a key twice', { pairs: [architecture, ['general.architecture', 8, 'qwen2']] }, /"general.arch.*twice/],
    ['a tensor twice', { tensors: [tensor('a', 0), tensor('a', 32)], data }, /one tensor a; found several/],
    [
      'tensors that overlap',
      { tensors: [tensor('b', 32), tensor('a', 0, [9])], data },
      /b to start after tensor a/,
    ],
    [
      'one tensor in another',
      { tensors: [tensor('a', 0, [16]), tensor('b', 0, [1])], data },
      /to start after/,
    ],
    ['a tensor that is not aligned', { tensors: [tensor('a', 4)], data }, /multiple of 32 bytes/],
    ['an alignment of 0', { pairs: [['general.alignment', 4, 0]] }, /power of two.*found 0/],
    ['an alignment of 24', { pairs: [['general.alignment', 4, 24]] }, /power of two.*found 24/],
    ['an alignment of 2³²−1', { pairs: [['general.alignment', 4, 2 ** 32 - 1]] }, /power of two.*4294967295/],
    ['an alignment of 2³¹', { pairs: [['general.alignment', 4, 2 ** 31]] }, /power of two/],
    ['an alignment that is a text', { pairs: [['general.alignment', 8, '32']] }, /found string/],
    ['an alignment that is a fraction', { pairs: [['general.alignment', 6, 0.5]] }, /found 0.5/],
    ['an array of arrays', { pairs: [['a', 9, [], { of: 9 }]] }, /array of arrays/],
    ['a truth of 2', { pairs: [['a', 7, 2]] }, /2 as true or false/],
    ['a value of no type', { pairs: [['a', 13, 0]] }, /value of type 13/],
    ['elements of no type', { pairs: [['a', 9, [], { of: 99 }]] }, /value of type 99/],
    ['an empty key', { pairs: [['', 8, 'a']] }, /an empty one/],
    ['a long tensor name', { tensors: [tensor('x'.repeat(257), 0)], data }, /257, more than 256/],
    ['five dimensions', { tensors: [tensor('a', 0, [1, 1, 1, 1, 1])], data }, /at most 4 dimensions/],
    ['elements without end', { pairs: [['a', 9, [], { of: 0, count: 2 ** 50 }]] }, /more than 4194304/],
    [
      'arrays that are too long together',
      {
        pairs: [
          ['a', 9, Array(10).fill(0), { of: 0 }],
          ['b', 9, [], { of: 0, count: 2 ** 22 - 5 }],
        ],
      },
      /more than 4194294/,
    ],
    ['keys without end', { counts: { pairs: 2n ** 64n - 1n } }, /count of keys/],
    ['tensors without end', { counts: { tensors: 2 ** 32 } }, /count of tensors/],
  ])('refuses %s', async (_, file, words) => {
    await expect(open(file)).rejects.toMatchObject({
      name: 'PatchError',
      code: 'MALFORMED',
      message: expect.stringMatching(words),
    })
  })

  it('refuses names that are no UTF-8', async () => {
    const file = writeGguf({ pairs: [['key', 8, 'a']] })
    file[24 + 8] = 0xff
    await expect(open(file)).rejects.toMatchObject({ code: 'MALFORMED', found: 'one that is not UTF-8' })
  })

  it.each<[string, GgufToWrite]>([
    ['keys', { counts: { pairs: 5000 } }],
    ['tensors', { counts: { tensors: 5000 } }],
    ['elements', { pairs: [['a', 9, [], { of: 8, count: 1e6 }]] }],
  ])('sets nothing aside for %s that the file has no room for', async (_, file) => {
    await expect(open(file)).rejects.toMatchObject({ code: 'TRUNCATED' })
  })

  it('says of a big-endian file that it is one', async () => {
    const turned = new DataView(new ArrayBuffer(4))
    turned.setUint32(0, 3, false)
    await expect(open({ version: turned.getUint32(0, true) })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      found: 'version 3, big-endian',
      remedy: expect.stringContaining('gguf-convert-endian'),
    })
  })

  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', /Git LFS pointer.*git lfs pull/],
    ['<!DOCTYPE html><html>', /web page/],
    ['tjgg and more', /GGML file, from before GGUF/],
    ['\x10\0\0\0\0\0\0\0{"a":{}}', /safetensors file/],
    ['\u001b]0;title', /"\\u001b\]0;"/],
  ])('says what %j is', async (start, words) => {
    await expect(open(new TextEncoder().encode(start))).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(words),
    })
  })

  it('closes the source of a file that it refuses', async () => {
    for (const file of [{ version: 9 }, { tensors: [tensor('a', 4)], data }]) {
      let closed = 0
      const source = { ...bytesSource('m.gguf', writeGguf(file)), close: async () => void closed++ }
      await expect(openGguf(source)).rejects.toThrow()
      expect(closed).toBe(1)
    }
  })
})
