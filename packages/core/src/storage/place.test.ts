import { afterEach, expect, test } from 'vitest'
import { memoryStorage } from './memory-storage.ts'
import { beside, setPlatformStorage, storedAt, within } from './place.ts'

afterEach(() => setPlatformStorage(undefined))

test('a path alone is in the storage of the platform, one with a storage in that', () => {
  const [own, other] = [memoryStorage(), memoryStorage()]
  setPlatformStorage(() => own)
  expect(storedAt('a/b')).toEqual({ storage: own, path: 'a/b' })
  expect(storedAt({ storage: other, path: 'c' }).storage).toBe(other)
})

test('a path alone that no platform knows names what to give', () => {
  expect(() => storedAt('a')).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      remedy: expect.stringContaining("import 'policypatch'"),
    }),
  )
})

test('a journal stands beside the file that it is for', () => {
  expect(beside({ storage: memoryStorage(), path: 'a/b' }, '.journal.jsonl').path).toBe('a/b.journal.jsonl')
})

test.each([
  ['', 'x'],
  ['a', 'a/x'],
  ['a/b/', 'a/b/x'],
  ['.', './x'],
])('in %j, x is %j', (path, expected) => {
  expect(within({ storage: memoryStorage(), path }, 'x').path).toBe(expected)
})
