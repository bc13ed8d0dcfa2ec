import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'

// Written by hand to support numbers above 2⁵³, which are valid: `semver` refuses them, and `compare-versions` confuses
// neighbours.

/** Semantic Versioning 2.0.0: major.minor.patch, pre-release, build; the grammar of semver.org. */
export const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/

/**
 * Compares two versions by precedence (Semantic Versioning 2.0.0, §11): negative if a comes before b. Versions that differ only
 * in build metadata are ordered by its text, so that sorting is deterministic. `INVALID_ARGUMENT` for an invalid version.
 */
export function compareVersions(a: string, b: string): number {
  const left = parts(a)
  const right = parts(b)
  for (let i = 0; i < 3; i++) {
    const order = compareIdentifiers(left.release[i] as string, right.release[i] as string)
    if (order) return order
  }
  if (!left.prerelease || !right.prerelease) {
    const order = Number(!left.prerelease) - Number(!right.prerelease)
    return order || compareText(a, b)
  }
  for (let i = 0; i < Math.max(left.prerelease.length, right.prerelease.length); i++) {
    const [x, y] = [left.prerelease[i], right.prerelease[i]]
    if (x === undefined) return -1
    if (y === undefined) return 1
    const order = compareIdentifiers(x, y)
    if (order) return order
  }
  return compareText(a, b)
}

/** Whether a version is a pre-release, such as 2.0.0-beta.1. `INVALID_ARGUMENT` for an invalid version. */
export function isPrerelease(version: string): boolean {
  return parts(version).prerelease !== undefined
}

function parts(version: string) {
  const match = semanticVersion.exec(version)
  if (!match) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a semantic version such as 1.2.0',
      found: describeValue(version),
      remedy: 'Use major.minor.patch; see semver.org',
    })
  }
  return { release: match.slice(1, 4), prerelease: match[4]?.split('.') }
}

/** Numbers compare numerically, whatever their length, and come before text. */
function compareIdentifiers(x: string, y: string): number {
  const [a, b] = [/^\d+$/.test(x), /^\d+$/.test(y)]
  if (a !== b) return a ? -1 : 1
  return (a ? x.length - y.length : 0) || compareText(x, y)
}

function compareText(x: string, y: string): number {
  return x < y ? -1 : Number(x > y)
}
