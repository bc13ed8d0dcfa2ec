import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../storage/memory-storage.ts'
import { openSafetensors, readSafetensorsMetadata } from './safetensors.ts'

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../test/goldens/${name}`, import.meta.url)))
const mixed = golden('tiny-mixed.safetensors')
const x = [0, -1.5, 2, 0.0078125, -256, 3]

/** A file with any header and so many bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const open = (bytes: Uint8Array) => openSafetensors(bytesSource('w.safetensors', bytes))
const tensor = (shape: number[], start: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

const entry = JSON.stringify(tensor([1], 0, 4))

describe('openSafetensors', () => {
  it('reads what Python wrote, of every type', async () => {
    const reader = await open(mixed)
    for (const dtype of ['F64', 'F32', 'F16', 'BF16']) {
      expect(reader.tensors.get(`x.${dtype}`)).toMatchObject({ dtype, shape: [2, 3] })
      expect([...(await reader.read(`x.${dtype}`))]).toEqual(x)
    }
    expect(reader.tensors.get('x.F16')?.byteLength).toBe(12)
    expect([...(await reader.read('steps'))]).toEqual([-3, 0, 2 ** 24])
    expect([...(await reader.read('scalar'))]).toEqual([4.5])
    expect(await reader.read('empty')).toHaveLength(0)
    expect(await readSafetensorsMetadata(bytesSource('w', mixed))).toEqual({ format: 'pt' })
  })

  it('gives values that do not share memory with the file', async () => {
    const bytes = mixed.slice()
    const values = await (await open(bytes)).read('x.F32')
    values.fill(7)
    expect(bytes).toEqual(mixed)
  })

  it('names a tensor that is absent, or of a type that is not read', async () => {
    const reader = await open(mixed)
    await expect(reader.read('y')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
    await expect(reader.read('constructor')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
    await expect(reader.read('ids')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      expected: expect.stringContaining('tensor ids in w.safetensors'),
      found: 'I64',
    })
  })

  it('calls every cut of the file TRUNCATED', async () => {
    for (let length = 0; length < mixed.length; length++) {
      await expect(open(mixed.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        code: 'TRUNCATED',
      })
    }
  })

  it('says which tensor is cut, and by how much', async () => {
    const whole = file({ a: tensor([2], 0, 8), b: tensor([2], 8, 16) }, 16)
    await expect(open(whole.subarray(0, whole.length - 3))).rejects.toMatchObject({
      expected: `${whole.length} bytes up to the end of tensor b in w.safetensors`,
      found: `${whole.length - 3} bytes`,
    })
  })

  it.each<[string, Uint8Array, string]>([
    ['no JSON', file('{"a": ', 0), 'MALFORMED'],
    ['no object', file('[1, 2]', 0), 'MALFORMED'],
    ['no UTF-8', file('{}', 0).fill(0xff, 8), 'MALFORMED'],
    ['other text', new TextEncoder().encode('x'.repeat(40)), 'MALFORMED'],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }, 0), 'MALFORMED'],
    ['an entry without shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), 'MALFORMED'],
    ['a negative size', file({ a: tensor([-1, -1], 0, 4) }, 4), 'MALFORMED'],
    ['a gap', file({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }, 12), 'MALFORMED'],
    ['an overlap', file({ a: tensor([2], 0, 8), b: tensor([1], 4, 8) }, 8), 'MALFORMED'],
    ['too few bytes for a shape', file({ a: tensor([3], 0, 8) }, 8), 'MALFORMED'],
    ['offsets turned round', file({ a: tensor([0], 4, 0) }, 4), 'MALFORMED'],
    ['bytes after the last tensor', file({ a: tensor([1], 0, 4) }, 5), 'MALFORMED'],
    ['an unknown type', file({ a: tensor([8], 0, 4, 'F4') }, 4), 'UNSUPPORTED'],
    ['a type that every object has', file({ a: tensor([8], 0, 4, 'constructor') }, 4), 'UNSUPPORTED'],
    ['a tensor twice', file('{"a":ENTRY,"a":ENTRY}'.replaceAll('ENTRY', entry), 4), 'MALFORMED'],
    ['a tensor twice, spelled in two ways', file(`{"a":${entry},"\\u0061":${entry}}`, 4), 'MALFORMED'],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{"a":"b"}}', 0), 'MALFORMED'],
    ['a type twice', file(`{"a":${entry.replace('{', '{"dtype":"I32",')}}`, 4), 'MALFORMED'],
    [
      'deep nesting',
      file(`{"a":{"dtype":"F32","shape":${'['.repeat(1e6)}${']'.repeat(1e6)}}}`, 0),
      'MALFORMED',
    ],
    ['a shape in a shape', file({ a: tensor([[1]] as never, 0, 4) }, 4), 'MALFORMED'],
    ['a size that is a fraction', file({ a: tensor([0.5, 2], 0, 4) }, 4), 'MALFORMED'],
    [
      'a size beyond whole numbers',
      file('{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}', 4),
      'MALFORMED',
    ],
    ['65 dimensions', file({ a: tensor(Array(65).fill(1), 0, 4) }, 4), 'MALFORMED'],
    ['three offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 4] } }, 4), 'MALFORMED'],
    ['two tensors in one place', file({ a: tensor([1], 0, 4), b: tensor([1], 0, 4) }, 4), 'MALFORMED'],
    ['a space before the header', file(` ${JSON.stringify({ a: tensor([1], 0, 4) })}`, 4), 'MALFORMED'],
    ['a byte order mark before it', file('\ufeff{}', 0), 'MALFORMED'],
    ['a header of 17 MB', file(' '.repeat(17e6).replace(' ', '{'), 0), 'MALFORMED'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(open(bytes)).rejects.toMatchObject({
      name: 'PatchError',
      code,
      expected: expect.stringContaining('w.safetensors'),
    })
  })

  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', /Git LFS pointer.*git lfs pull/],
    ['<!DOCTYPE html><html>', /web page/],
    ['PK\x03\x04 and what PyTorch saves', /zip archive.*safe_serialization/],
    ['GGUF\x03\0\0\0 and more', /GGUF file.*\.gguf/],
    ['\0'.repeat(40), /zeros/],
  ])('says what %j is', async (start, words) => {
    await expect(open(new TextEncoder().encode(start))).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(words),
    })
  })

  it('keeps a tensor of a name that JavaScript has a meaning for', async () => {
    const reader = await open(file(`{"__proto__":${entry}}`, 4))
    expect([...reader.tensors.keys()]).toEqual(['__proto__'])
    expect([...(await reader.read('__proto__'))]).toEqual([0])
  })

  it('shows names of others in a form that a terminal can be given', async () => {
    await expect(open(file({ '\u001b]0;a\u0007': tensor([2], 0, 4) }, 4))).rejects.toMatchObject({
      expected: '8 bytes for tensor "\\u001b]0;a\\u0007", F32 [2], in w.safetensors',
    })
  })

  it('reads or refuses many tensors without bytes in moments', async () => {
    const none = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    const header = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":${none}`)}}`
    const started = performance.now()
    expect((await open(file(header(1e5), 0))).tensors.size).toBe(1e5)
    await expect(open(file(header(1e6), 0))).rejects.toMatchObject({ code: 'MALFORMED' })
    expect(performance.now() - started).toBeLessThan(4000)
  })

  it('closes the source of a file that it refuses', async () => {
    let closed = 0
    const source = { ...bytesSource('w', file('[]', 0)), close: async () => void closed++ }
    await expect(openSafetensors(source)).rejects.toThrow()
    expect(closed).toBe(1)
  })

  it('says what a wrong shape should have had', async () => {
    await expect(open(file({ 'w.a': tensor([3, 2], 0, 8) }, 8))).rejects.toMatchObject({
      expected: '24 bytes for tensor w.a, F32 [3, 2], in w.safetensors',
      found: 'data_offsets 0 to 8, 8 bytes',
    })
  })
})
