import { expect, test } from 'vitest'
import { compareVersions, isPrerelease, semanticVersion } from './semantic-version.ts'

// The order that semver.org gives as its example in §11, with releases round it.
const ordered = [
  '0.9.9',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.0+build.7',
  '1.2.0',
  '1.10.0',
  '2.0.0',
]

test('sorts by precedence', () => {
  const mixed = [...ordered].sort()
  expect(mixed).not.toEqual(ordered)
  expect(mixed.sort(compareVersions)).toEqual(ordered)
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered)
})

test('numbers beyond 2^53 still compare', () => {
  expect(compareVersions('9007199254740993.0.0', '9007199254740992.0.0')).toBeGreaterThan(0)
})

test('knows pre-releases', () => {
  expect(ordered.filter(isPrerelease)).toHaveLength(7)
})

test.each(['1.2', 'v1.2.3', '01.2.3', '1.2.3-01', '1.2.3-', '1.2.3+', ' 1.2.3', '1.2.3\n'])(
  'refuses %j',
  (text) => {
    expect(semanticVersion.test(text)).toBe(false)
    expect(() => compareVersions(text, '1.0.0')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  },
)
