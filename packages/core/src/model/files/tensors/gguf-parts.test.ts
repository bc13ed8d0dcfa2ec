import { describe, expect, it } from 'vitest'
import { type GgufPair, writeGguf } from '../../../../test/models/write-gguf.ts'
import { memoryStorage } from '../../../storage/memory-storage.ts'
import type { Storage } from '../../../storage/storage.ts'
import { openGgufParts } from './gguf-parts.ts'

const name = (no: number, count = 3) => `d/m-0000${no + 1}-of-0000${count}.gguf`

/** A part with two tensors of one value, its number. */
function part(no: number, { count = 3, tensors = 6, first = `t${no}`, pairs = [] as GgufPair[] } = {}) {
  const value = new Uint8Array(Float32Array.of(no).buffer)
  const data = new Uint8Array(64)
  data.set(value)
  data.set(value, 32)
  return writeGguf({
    pairs: [['split.no', 2, no], ['split.count', 2, count], ['split.tensors.count', 5, tensors], ...pairs],
    tensors: [
      { name: first, dims: [1], offset: 0 },
      { name: `u${no}`, dims: [1], offset: 32 },
    ],
    data,
  })
}

/** Counts the files that are open. */
async function stored(files: Readonly<Record<string, Uint8Array>>): Promise<Storage & { opened(): number }> {
  const storage = memoryStorage()
  for (const [path, bytes] of Object.entries(files)) await storage.write(path, bytes)
  let opened = 0
  return {
    ...storage,
    opened: () => opened,
    async open(path) {
      const source = await storage.open(path)
      opened++
      return { ...source, close: async () => void opened-- }
    },
  }
}

const whole = () =>
  stored({
    [name(0)]: part(0, { pairs: [['general.architecture', 8, 'llama']] }),
    [name(1)]: part(1),
    [name(2)]: part(2),
  })

describe('openGgufParts', () => {
  it.each([0, 1, 2])('reads all parts, whichever is named: %i', async (no) => {
    const storage = await whole()
    const reader = await openGgufParts(storage, name(no))
    expect(reader.metadata['general.architecture']).toBe('llama')
    expect([...reader.tensors.keys()].sort()).toEqual(['t0', 't1', 't2', 'u0', 'u1', 'u2'])
    for (const value of [0, 1, 2]) {
      expect([...(await reader.read(`t${value}`))]).toEqual([value])
      expect([...(await reader.readPacked(`u${value}`)).decode()]).toEqual([value])
    }
    await expect(reader.read('v')).rejects.toMatchObject({ code: 'MISSING_TENSOR' })
    await reader.close()
    expect(storage.opened()).toBe(0)
  })

  it.each([
    ['a file without parts', []],
    ['parts that were merged', [['split.count', 2, 0] as GgufPair]],
  ])('reads %s under any name', async (_, pairs) => {
    const storage = await stored({ 'm.gguf': writeGguf({ pairs }) })
    await (await openGgufParts(storage, 'm.gguf')).close()
    expect(storage.opened()).toBe(0)
  })

  it.each<[string, Record<string, Uint8Array | undefined>, string, RegExp]>([
    ['a part that is absent', { [name(1)]: undefined }, 'NOT_FOUND', /no d\/m-00002-of-00003\.gguf/],
    ['two that are', { [name(1)]: undefined, [name(2)]: undefined }, 'NOT_FOUND', /00002.*00003-of/],
    ['a part in place of another', { [name(1)]: part(2) }, 'MALFORMED', /part 2 of 3 .*found part 3 of 3/],
    ['a part of another count', { [name(1)]: part(1, { count: 4 }) }, 'MALFORMED', /found part 2 of 4/],
    ['a part that is a whole model', { [name(1)]: writeGguf({}) }, 'MALFORMED', /found part 1 of 0/],
    ['a tensor in two parts', { [name(1)]: part(1, { first: 't0' }) }, 'MALFORMED', /tensor t0 in one part/],
    ['too few tensors', { [name(0)]: part(0, { tensors: 7 }) }, 'MALFORMED', /7 tensors .*found 6/],
    ['a part that is damaged', { [name(2)]: part(2).subarray(0, 90) }, 'TRUNCATED', /00003/],
  ])('refuses %s, and closes all', async (_, changes, code, words) => {
    const files = { [name(0)]: part(0), [name(1)]: part(1), [name(2)]: part(2), ...changes }
    const held = Object.entries(files).flatMap(([path, bytes]) => (bytes ? [[path, bytes]] : []))
    const storage = await stored(Object.fromEntries(held))
    await expect(openGgufParts(storage, name(0))).rejects.toMatchObject({
      name: 'PatchError',
      code,
      message: expect.stringMatching(words),
    })
    expect(storage.opened()).toBe(0)
  })

  it.each(['renamed.gguf', name(1), name(0, 4)])('does not guess the parts of %s', async (path) => {
    const storage = await stored({ [path]: part(0) })
    await expect(openGgufParts(storage, path)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      remedy: expect.stringContaining('gguf-split --merge'),
    })
    expect(storage.opened()).toBe(0)
  })
})
