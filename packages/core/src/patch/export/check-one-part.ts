import { PatchError } from '../../errors.ts'
import type { PatchContents } from '../patch.ts'

/** Throws `UNSUPPORTED` for a parallel stack, where rows must stand one after the other. */
export function checkOnePart({ manifest, prefix }: PatchContents): void {
  if (!prefix.parts) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a patch with a single prefix',
    found: `${manifest.name}, a parallel stack of ${prefix.parts.length} parts`,
    remedy: 'Turn it into one prefix with compressPatches, or combine with method concat',
  })
}
