import { describe, expect, it } from 'vitest'
import type { HostTensor } from '../../backend/backend.ts'
import type { ModelConfig } from './config/model-config.ts'
import {
  type BlockKeyValues,
  capacityFor,
  createKeyValueCache,
  freeCapacityFor,
  type KeyValueCache,
  selectSlots,
} from './key-value-cache.ts'

const config = { layers: 2, keyValueHeads: 2, headSize: 3, layerTypes: [{}, {}] } as unknown as ModelConfig

/** A block whose every number tells its layer, kind, head, row, position and place in the head. */
function blockOf(batch: number, length: number, from = 0): BlockKeyValues {
  const tensors: Record<string, HostTensor> = {}
  for (const [kind, name] of ['key', 'value'].entries()) {
    for (let layer = 0; layer < 2; layer++) {
      const numbers: number[] = []
      for (let head = 0; head < 2; head++)
        for (let row = 0; row < batch; row++)
          for (let at = 0; at < length; at++)
            for (let i = 0; i < 3; i++)
              numbers.push(layer * 1e6 + kind * 5e5 + head * 1e5 + row * 1e4 + (from + at) * 10 + i)
      tensors[`${name}.${layer}`] = { shape: [2, batch, length, 3], data: Float32Array.from(numbers) }
    }
  }
  return tensors
}

/** What a slot of the cache holds of one tensor and head. */
function held(cache: KeyValueCache, name: string, head: number, slot: number): number[] {
  const { data, shape } = cache.feeds()[`past.${name}`] as HostTensor
  const [, slots, capacity] = shape as [number, number, number]
  const start = (head * slots + slot) * capacity * 3
  return [...data.subarray(start, start + cache.length(slot) * 3)]
}

const expected = (name: string, head: number, row: number, count: number, batch = 2) => {
  const { data } = blockOf(batch, count)[name] as HostTensor
  return [...data.subarray((head * batch + row) * count * 3, (head * batch + row + 1) * count * 3)]
}

describe('createKeyValueCache', () => {
  it('appends rows of blocks to slots that grow independently', () => {
    const cache = createKeyValueCache(config, 3)
    cache.append(2, blockOf(2, 5), 1, 4)
    cache.append(0, blockOf(2, 5), 0, 2)
    cache.append(2, blockOf(2, 3, 4), 1, 3)
    expect([0, 1, 2].map(cache.length)).toEqual([2, 0, 7])
    for (const name of ['key.0', 'value.0', 'key.1', 'value.1']) {
      for (const head of [0, 1]) {
        expect(held(cache, name, head, 2)).toEqual(expected(name, head, 1, 7))
        expect(held(cache, name, head, 0)).toEqual(expected(name, head, 0, 2))
      }
    }
  })

  it('keeps what it holds when it grows', () => {
    const cache = createKeyValueCache(config, 2)
    cache.append(0, blockOf(2, 10), 0, 10)
    cache.append(1, blockOf(2, 60), 1, 60)
    expect(cache.capacity).toBe(64)
    cache.append(1, blockOf(2, 90, 60), 1, 90)
    expect(cache.capacity).toBe(192)
    for (const name of ['key.1', 'value.0']) {
      expect(held(cache, name, 1, 0)).toEqual(expected(name, 1, 0, 10))
      expect(held(cache, name, 1, 1)).toEqual(expected(name, 1, 1, 150))
    }
  })

  it('hides the places that a slot does not use, also after it was cleared', () => {
    const cache = createKeyValueCache(config, 2)
    cache.append(0, blockOf(2, 5), 0, 5)
    cache.append(1, blockOf(2, 5), 1, 5)
    cache.clear(0)
    cache.append(0, blockOf(2, 5), 0, 1)
    const { data, shape } = cache.feeds()['past.mask'] as HostTensor
    expect(shape).toEqual([2, 1, 64])
    const visible = [...data.entries()].flatMap(([i, added]) => (added === 0 ? [i] : []))
    expect(visible).toEqual([0, 64, 65, 66, 67, 68])
  })

  it('has few different capacities', () => {
    expect([1, 64, 65, 256, 257, 513].map((tokens) => capacityFor(tokens))).toEqual([
      64, 64, 128, 256, 512, 1024,
    ])
  })

  it('has little more than it needs where capacities may be many, and grows by a quarter', () => {
    const cache = createKeyValueCache(config, 1, 90, freeCapacityFor)
    expect(cache.capacity).toBe(96)
    cache.append(0, blockOf(1, 96), 0, 96)
    expect(cache.capacity).toBe(96)
    cache.append(0, blockOf(1, 1, 96), 0, 1)
    expect(cache.capacity).toBe(128)
    expect(held(cache, 'key.1', 1, 0)).toEqual(expected('key.1', 1, 0, 97, 1))
    cache.append(0, blockOf(1, 200, 97), 0, 200)
    expect(cache.capacity).toBe(304)
  })
})

it('selectSlots copies slots, in the order given', () => {
  const cache = createKeyValueCache(config, 3, 100)
  for (const slot of [0, 1, 2]) cache.append(slot, blockOf(3, 4 + slot), slot, 4 + slot)
  const selected = selectSlots(config, cache, [2, 0], { places: cache.capacity })
  expect([selected.slots, selected.length(0), selected.length(1)]).toEqual([2, 6, 4])
  expect(selected.capacity).toBe(cache.capacity)
  expect(held(selected, 'value.1', 1, 0)).toEqual(expected('value.1', 1, 2, 6, 3))
  expect(held(selected, 'key.0', 0, 1)).toEqual(expected('key.0', 0, 0, 4, 3))
})
