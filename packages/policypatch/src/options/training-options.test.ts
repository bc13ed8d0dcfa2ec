import { expect, it } from 'vitest'
import { patchName } from './training-options.ts'

it('takes the names that a patch may have, before anything is trained', () => {
  for (const name of ['a', 'my-patch', 'v1.2_b']) expect(patchName(name)).toBe(name)
  for (const name of ['', 'Mine', 'a/b', '-a', 'a.', 'con', 'com1.x', 'a'.repeat(65)]) {
    expect(() => patchName(name)).toThrow('It must be 1 to 64')
  }
})
