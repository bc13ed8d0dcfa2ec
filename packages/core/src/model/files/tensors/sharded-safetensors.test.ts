import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../../storage/memory-storage.ts'
import { openShardedSafetensors } from './sharded-safetensors.ts'
import { writeSafetensors } from './write-safetensors.ts'

describe('openShardedSafetensors', () => {
  const one = writeSafetensors({ a: { shape: [2], data: new Float32Array([1, 2]) } })
  const two = writeSafetensors({ b: { shape: [1], data: new Float32Array([3]) } })
  const folder = async (index: unknown, files: Record<string, Uint8Array> = { 'one.safetensors': one }) => {
    const storage = memoryStorage()
    for (const [name, bytes] of Object.entries(files)) await storage.write(`m/${name}`, bytes)
    const json = typeof index === 'string' ? index : JSON.stringify(index)
    if (index !== undefined)
      await storage.write('m/model.safetensors.index.json', new TextEncoder().encode(json))
    return storage
  }

  it('reads the tensors of several files as one', async () => {
    const index = { metadata: {}, weight_map: { a: 'one.safetensors', b: 'two.safetensors' } }
    const storage = await folder(index, { 'one.safetensors': one, 'two.safetensors': two })
    const reader = await openShardedSafetensors(storage, 'm/')
    expect([...reader.tensors.keys()]).toEqual(['a', 'b'])
    expect([...(await reader.read('b'))]).toEqual([3])
    await expect(reader.read('c')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
  })

  it('reads a single file', async () => {
    const reader = await openShardedSafetensors(await folder(undefined, { 'model.safetensors': one }), 'm')
    expect([...(await reader.read('a'))]).toEqual([1, 2])
  })

  it.each<[string, unknown, string]>([
    ['neither file', undefined, 'NOT_FOUND'],
    ['a cut index', '{"weight_map":', 'TRUNCATED'],
    ['an index without a map', { metadata: {} }, 'MALFORMED'],
    ['a map that is a list', { weight_map: ['one.safetensors'] }, 'MALFORMED'],
    ['an empty map', { weight_map: {} }, 'MALFORMED'],
    [
      'a tensor twice in the map',
      '{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}',
      'MALFORMED',
    ],
    ['a tensor that JavaScript has a meaning for', '{"weight_map":{"__proto__":1}}', 'MALFORMED'],
    ['a pointer in place of the index', 'version https://git-lfs.github.com/spec/v1\n', 'MALFORMED'],
    ...[
      '../one.safetensors',
      '/one.safetensors',
      '..',
      'a\\one.safetensors',
      'one.bin',
      'a\0.safetensors',
      '',
    ].map((name): [string, unknown, string] => [
      `the file ${JSON.stringify(name)}`,
      { weight_map: { a: name } },
      'MALFORMED',
    ]),
    ['a file that is absent', { weight_map: { a: 'two.safetensors' } }, 'NOT_FOUND'],
    [
      'a tensor that its file lacks',
      { weight_map: { a: 'one.safetensors', b: 'one.safetensors' } },
      'MISSING_TENSOR',
    ],
  ])('refuses %s', async (_, index, code) => {
    await expect(openShardedSafetensors(await folder(index), 'm')).rejects.toMatchObject({ code })
  })

  it('refuses a tensor that two files have', async () => {
    const both = {
      ...{ a: { shape: [1], data: new Float32Array(1) } },
      b: { shape: [1], data: new Float32Array(1) },
    }
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors' } }
    const storage = await folder(index, { 'one.safetensors': one, 'two.safetensors': writeSafetensors(both) })
    await expect(openShardedSafetensors(storage, 'm')).rejects.toMatchObject({
      code: 'MALFORMED',
      found: expect.stringContaining('two.safetensors'),
    })
  })

  it('closes what it had opened when it fails', async () => {
    const storage = await folder({ weight_map: { a: 'one.safetensors', b: 'two.safetensors' } })
    let openFiles = 0
    const counting = {
      ...storage,
      async open(path: string) {
        const source = await storage.open(path)
        openFiles++
        return { ...source, close: async () => void openFiles-- }
      },
    }
    await expect(openShardedSafetensors(counting, 'm')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(openFiles).toBe(0)
  })
})
