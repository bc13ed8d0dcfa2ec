import { PatchError } from '../errors.ts'
import type { Prefix } from '../model/language-model/language-model.ts'
import type { PatchManifest } from './manifest.ts'
import type { PatchContents } from './patch.ts'

/**
 * Checks that a prefix has m rows of d finite numbers: `SHAPE_MISMATCH`, `NOT_FINITE`.
 *
 * @param shape [m, d]
 */
export function checkPrefix({ length, embeddings }: Prefix, [m, d]: readonly [number, number]): void {
  if (length !== m || embeddings.length !== m * d) {
    throw new PatchError('SHAPE_MISMATCH', {
      expected: `a prefix of ${m} virtual tokens of width ${d}: ${m * d} numbers`,
      found: `${length} virtual tokens and ${embeddings.length} numbers`,
      remedy: 'The prefix and its description belong to different patches; make or download the patch again',
    })
  }
  const at = embeddings.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  throw new PatchError('NOT_FINITE', {
    expected: 'a prefix of finite numbers',
    found: `${embeddings[at]} in virtual token ${Math.floor(at / d)}, dimension ${at % d}`,
    remedy:
      'Training diverged or the file is damaged; train again at a lower learning rate, or download it again',
  })
}

/** Checks that a prefix has the parts that the manifest lists: `SHAPE_MISMATCH`. */
export function checkParts(expected: PatchManifest['prefix'], { parts }: Prefix): void {
  const described = (own: PatchManifest['prefix']['parts']) =>
    own?.map(({ length, weight }) => `${length} (weight ${weight})`).join(', ') ?? 'none'
  const found = parts?.map(({ prefix, weight }) => ({ length: prefix.length, weight }))
  if (described(expected.parts) === described(found)) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `a prefix with the parts of its manifest: ${described(expected.parts)}`,
    found: described(found),
    remedy: 'Describe the actual parts, in their order',
  })
}

/** Throws `UNSUPPORTED` for a parallel stack, where a single sequence of rows is needed. */
export function checkOnePart({ manifest, prefix }: PatchContents): void {
  if (!prefix.parts) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a patch with a single prefix',
    found: `${manifest.name}, a parallel stack of ${prefix.parts.length} parts`,
    remedy: 'Turn it into one prefix with compressPatches, or combine with method concat',
  })
}
