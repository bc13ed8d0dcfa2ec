import { satisfies } from 'compare-versions'
import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { PatchManifest } from '../manifest.ts'
import type { PatchContents } from '../patch.ts'
import { differingBase } from './check-fit.ts'

/**
 * Checks that patches can be combined: `PATCH_MISMATCH` if they were made for different base models, `PATCH_CONFLICT` if one's
 * `conflicts` names another, or if a patch that one `requires` is missing.
 */
export function checkCompatible(patches: readonly Pick<PatchContents, 'manifest'>[]): void {
  const manifests = patches.map(({ manifest }) => manifest)
  const [first, ...others] = manifests
  for (const other of others) checkSameBase(first as PatchManifest, other)
  const problems = manifests.flatMap((own) => [
    ...own.conflicts.flatMap((named) =>
      manifests
        .filter((other) => other !== own && isNamed(other, named))
        .map((other) => `${label(own)} cannot be applied with ${label(other)} (conflicts: ${named})`),
    ),
    ...own.requires
      .filter((named) => !manifests.some((other) => other !== own && isNamed(other, named)))
      .map((named) => `${label(own)} requires ${named}, which is missing`),
  ])
  if (problems.length === 0) return
  throw new PatchError('PATCH_CONFLICT', {
    expected: 'patches that can be applied together',
    found: problems.join('; '),
    remedy: 'Remove one, add the required patch, or use versions that work together',
  })
}

/** A patch's name in messages. */
export const label = ({ name, version }: PatchManifest) => `${name} ${version}`

/** Whether a patch matches `name` or `name@range`; a composed patch also matches by its parts. */
function isNamed({ name, version, composition }: PatchManifest, named: string): boolean {
  const [wanted, range] = named.split('@') as [string, string | undefined]
  const fits = (own: { readonly name: string; readonly version: string }) =>
    own.name === wanted && (range === undefined || inRange(own.version, range))
  return fits({ name, version }) || (composition?.parts.some(fits) ?? false)
}

function inRange(version: string, range: string): boolean {
  try {
    return satisfies(version, range)
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: 'a version range such as ^1.2.0 in requires and conflicts',
      found: excerpt(range),
      remedy: 'Correct it in the manifest of that patch',
      cause,
    })
  }
}

function checkSameBase(first: PatchManifest, other: PatchManifest): void {
  const differing = differingBase(first.base, other.base)
  if (!differing) return
  throw new PatchError('PATCH_MISMATCH', {
    expected: `patches for one base model, as ${label(first)} for ${first.base.id}: ${differing.expected}`,
    found: `${label(other)} for ${other.base.id}: ${differing.found}`,
    remedy: 'Combine patches for one base model; rebasePatch moves a patch to another release',
  })
}
