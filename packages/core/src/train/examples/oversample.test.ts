import { describe, expect, it } from 'vitest'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { checkPartWeights, oversample } from './oversample.ts'

const row = (prompt: string, part?: string): PreferencePair => ({
  ...{ prompt, kind: 'harmless', chosen: 'yes' },
  ...(part !== undefined && { part }),
})
const rows = [row('a'), row('b', 'look-alikes'), row('c', 'everyday')]

describe('oversample', () => {
  it('repeats the rows of a part as often as its weight says', () => {
    expect(
      oversample(rows, { 'look-alikes': 3 })
        .map(({ prompt }) => prompt)
        .join(''),
    ).toBe('abbbc')
  })

  it('leaves rows as they are without weights', () => {
    expect(oversample(rows, undefined)).toEqual(rows)
  })
})

describe('checkPartWeights', () => {
  it.each([{ 'look-alikes': 0 }, { everyday: 1.5 }, { elsewhere: 2 }])('refuses %o', (weights) => {
    expect(() => checkPartWeights(rows, weights)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('"look-alikes"'),
      }),
    )
  })

  it('takes weights of parts that there are', () => {
    expect(() => checkPartWeights(rows, { everyday: 2 })).not.toThrow()
    expect(() => checkPartWeights([row('a')], undefined)).not.toThrow()
  })
})
