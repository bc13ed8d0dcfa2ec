import { PatchError } from '../../errors.ts'
import type { PatchContents } from '../patch.ts'

/** Throws `UNSUPPORTED` for a patch whose parts stand side by side, where rows must stand one after the other. */
export function checkOnePart({ manifest, prefix }: PatchContents): void {
  if (!prefix.parts) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a patch that is one prefix',
    found: `${manifest.name}, of ${prefix.parts.length} parts side by side`,
    remedy: 'Make one prefix of it with compressPatches, or compose with the method concat',
  })
}
