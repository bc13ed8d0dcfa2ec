import { describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import { createRandom } from '../../random.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

const random = createRandom(1)
const numbers = () => Float32Array.from({ length: 6 }, random.normal)

const checkpoint: Checkpoint = {
  settings: 'a digest',
  state: {
    step: 7,
    tokens: 1234,
    // Numbers that a detour through text would lose: subnormal, negative zero, float32's largest.
    prefix: { length: 2, embeddings: Float32Array.of(1e-45, -0, 3.4028234663852886e38, 0.1, -1e-38, 1 / 3) },
    optimizer: { step: 6, first: numbers(), second: numbers() },
    sampler: {
      random: createRandom(99).state(),
      left: { harmful: [3, 1], harmless: [] },
      epoch: 5,
      owed: 0.1 + 0.2,
    },
  },
  best: {
    step: 4,
    prefix: { length: 2, embeddings: numbers() },
    scores: { harmful: 2 / 3, harmless: undefined },
  },
}

describe('decodeCheckpoint', () => {
  it('gives back every bit that encodeCheckpoint was given', async () => {
    const decoded = await decodeCheckpoint('c', encodeCheckpoint(checkpoint))
    expect(decoded).toEqual(checkpoint)
    const bits = ({ state }: Checkpoint) => [...new Uint32Array(state.prefix.embeddings.slice().buffer)]
    expect(bits(decoded)).toEqual(bits(checkpoint))
    const bare = { ...checkpoint, best: undefined }
    expect(await decodeCheckpoint('c', encodeCheckpoint(bare))).toEqual(bare)
  })

  it('refuses a file that was cut short, wherever', async () => {
    const bytes = encodeCheckpoint(checkpoint)
    for (const length of [0, 4, 100, bytes.length - 1]) {
      await expect(decodeCheckpoint('c', bytes.subarray(0, length))).rejects.toMatchObject({
        name: 'PatchError',
        code: 'TRUNCATED',
      })
    }
  })

  it.each<[string, Record<string, string>]>([
    ['without facts', { format: 'policypatch-checkpoint/v1' }],
    ['of another format', { format: 'pt', facts: '{}' }],
    ['with facts that are no JSON', { format: 'policypatch-checkpoint/v1', facts: '{"step": 3' }],
    ['with facts that lack some', { format: 'policypatch-checkpoint/v1', facts: '{"step": 3}' }],
  ])('refuses a file %s', async (_, metadata) => {
    const bytes = writeSafetensors({ prefix: { shape: [1, 2], data: Float32Array.of(1, 2) } }, metadata)
    await expect(decodeCheckpoint('c', bytes)).rejects.toMatchObject({
      name: 'PatchError',
      code: 'MALFORMED',
    })
  })
})
