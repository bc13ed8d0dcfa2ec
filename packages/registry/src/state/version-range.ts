import { PatchError } from '@policypatch/core'
import { compareVersions } from '@policypatch/core/patch'
import { excerpt } from '@policypatch/core/platform'
import semver from 'semver'

/**
 * Whether a version is in a range of npm's grammar. A range that is the version itself always fits; others match pre-releases
 * only if they name them.
 */
export const inRange = (version: string, range: string): boolean =>
  version === range || semver.satisfies(version, range)

/** Whether a range is a single version. */
export const isExact = (range: string): boolean => semver.valid(range) !== null

/** The range to want if a version was installed without one: all that is compatible with it. */
export const compatibleWith = (version: string): string => (semver.valid(version) ? `^${version}` : version)

/** Throws `INVALID_ARGUMENT` for an invalid range. */
export function checkRange(range: string): void {
  if (semver.validRange(range) !== null) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a range of versions such as ^1.2.0',
    found: excerpt(range),
    remedy: 'Use a version, ^1.2.0 (compatible), ~1.2.0 (corrections) or >=1.2.0 <2.0.0',
  })
}

/** The versions in a range, from newest to oldest. `*` includes pre-releases only if there is no release. */
export function allInRange<T extends { readonly version: string }>(
  versions: readonly T[],
  range: string,
): T[] {
  const sorted = [...versions].sort((a, b) => compareVersions(b.version, a.version))
  const found = sorted.filter(({ version }) => inRange(version, range))
  return found.length === 0 && range === '*' ? sorted : found
}

/** Splits `name` or `name@range`, as manifests name patches. */
export function parseRequirement(named: string): { readonly name: string; readonly range: string } {
  const at = named.indexOf('@')
  return at < 0 ? { name: named, range: '*' } : { name: named.slice(0, at), range: named.slice(at + 1) }
}

/** Whether a patch matches `name` or `name@range`. */
export function isNamed(
  { name, version }: { readonly name: string; readonly version: string },
  named: string,
): boolean {
  const { name: own, range } = parseRequirement(named)
  return own === name && (range === '*' || inRange(version, range))
}
