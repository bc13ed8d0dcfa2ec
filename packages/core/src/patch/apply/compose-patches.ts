import { PatchError } from '../../errors.ts'
import { sha256 } from '../../sha256.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { ComposedPart, PatchManifest } from '../manifest.ts'
import type { Patch } from '../patch.ts'
import { createPatch, prefixSummary } from '../release/create-patch.ts'
import { manifestFile } from '../release/parse-manifest.ts'
import { checkCompatible, label } from './check-compatible.ts'
import { type ComposeMethod, composePrefixes } from './compose-prefixes.ts'

export interface ComposePatchesOptions {
  readonly patches: readonly Patch[]
  /** Default `parallel`. */
  readonly method?: ComposeMethod | undefined
  /** One per patch, in their order; for `parallel` and `merge`. Default 1 each. 0 removes a patch exactly. */
  readonly weights?: readonly number[] | undefined
  /** Name of the patch. Default: the names of its parts, joined. */
  readonly manifest?: Partial<Pick<PatchManifest, 'name' | 'version' | 'domain' | 'license'>> | undefined
}

/**
 * Combines several patches for one base model into one, which records its parts by digest. `parallel` gives the same result
 * in any order; `concat` uses the order of the patches; `merge` needs equal lengths. The new patch has no measured effects,
 * because those of its parts do not apply.
 *
 * @throws `INVALID_ARGUMENT` for invalid options; `PATCH_MISMATCH` and `PATCH_CONFLICT` for patches that do not work
 *   together; `SHAPE_MISMATCH` for `merge` of different lengths.
 */
export async function composePatches({
  patches,
  method = 'parallel',
  weights = patches.map(() => 1),
  manifest = {},
}: ComposePatchesOptions): Promise<Patch> {
  checkOptions(patches, method, weights)
  checkCompatible(patches)
  const first = (patches[0] as Patch).manifest
  const kept = [...patches.keys()].filter((i) => weights[i] !== 0)
  const prefix = composePrefixes(
    kept.map((i) => (patches[i] as Patch).prefix),
    method,
    kept.map((i) => weights[i] as number),
  )
  const parts = await Promise.all(kept.map((i) => describePart(patches[i] as Patch, weights[i] as number)))
  return createPatch({
    prefix,
    manifest: {
      name: joined(parts.map(({ name }) => name)),
      domain: [...new Set(kept.map((i) => (patches[i] as Patch).manifest.domain))].join(', '),
      license: [...new Set(kept.map((i) => (patches[i] as Patch).manifest.license))].join(' AND '),
      ...manifest,
      base: first.base,
      prefix: prefixSummary(prefix, 'composed'),
      composition: { method, parts },
      recipe: {
        reference: `the patches ${parts.map(({ name }) => name).join(', ')}`,
        data: {},
        seed: 0,
        options: {},
      },
      conflicts: [...new Set(kept.flatMap((i) => (patches[i] as Patch).manifest.conflicts))],
    },
  })
}

/** How a composed patch's manifest describes a part. */
export async function describePart({ manifest, files }: Patch, weight = 1): Promise<ComposedPart> {
  const { name, version, prefix } = manifest
  return {
    name,
    version,
    digest: await sha256(files[manifestFile] as Uint8Array),
    length: prefix.length,
    weight,
  }
}

/** A name joined from names, shortened to the allowed length. */
const joined = (names: readonly string[]) =>
  names
    .join('_')
    .slice(0, 64)
    .replace(/[._-]+$/, '')

/**
 * Whether two patches are the same. For `merge`, only if their prefixes are equal too: it may average several patches of one name
 * and version, from a recipe's seeds.
 */
function isSame(one: Patch, other: Patch, method: string): boolean {
  if (label(one.manifest) !== label(other.manifest)) return false
  const [a, b] = [one.prefix.embeddings, other.prefix.embeddings]
  return method !== 'merge' || a.every((value, i) => value === b[i])
}

function checkOptions(patches: readonly Patch[], method: string, weights: readonly number[]): void {
  const twice = patches.filter((patch, i) =>
    patches.slice(0, i).some((other) => isSame(other, patch, method)),
  )
  const problems = [
    !['concat', 'parallel', 'merge'].includes(method) && `method ${describeValue(method)}`,
    patches.length === 0 && 'no patch',
    twice.length > 0 && `the same patch twice: ${twice.map(({ manifest }) => label(manifest)).join(', ')}`,
    weights.length !== patches.length && `${weights.length} weights for ${patches.length} patches`,
    !weights.every((weight) => weight >= 0 && Number.isFinite(weight)) && `weights ${weights.join(', ')}`,
    weights.every((weight) => weight === 0) && patches.length > 0 && 'weights that are all 0',
    method === 'concat' && weights.some((weight) => weight !== 0 && weight !== 1) && 'weights with concat',
  ].filter((problem) => problem !== false)
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected:
      'distinct patches, method concat, parallel or merge, and a weight of at least 0 for each (0 or 1 with concat)',
    found: problems.join('; '),
    remedy: 'Correct these; to strengthen a patch, use method parallel with a weight above 1',
  })
}
