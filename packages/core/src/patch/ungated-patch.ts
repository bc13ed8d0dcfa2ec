import { withoutGates } from '../model/gate/gate.ts'
import { createPatch } from './create-patch.ts'
import type { Patch } from './patch.ts'

/** The patch without its gates: its prefix applies to every prompt. Its recorded effects no longer apply. */
export function ungatedPatch({ manifest, prefix, storage }: Patch): Promise<Patch> {
  const { gate: _, parts, ...summary } = manifest.prefix
  const plain = parts?.map(({ length, weight }) => ({ length, weight }))
  return createPatch({
    manifest: { ...manifest, prefix: { ...summary, ...(plain && { parts: plain }) }, effects: [] },
    prefix: withoutGates(prefix),
    ...(storage && { storage }),
  })
}
