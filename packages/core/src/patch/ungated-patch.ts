import { withoutGates } from '../model/gate.ts'
import { createPatch } from './create-patch.ts'
import type { Patch } from './patch.ts'

/** The patch without its gates: its prefix takes effect on every prompt. Its measured effects are not its own then. */
export function ungatedPatch({ manifest, prefix, storage }: Patch): Promise<Patch> {
  const { gate: _, parts, ...summary } = manifest.prefix
  const plain = parts?.map(({ length, weight }) => ({ length, weight }))
  return createPatch({
    manifest: { ...manifest, prefix: { ...summary, ...(plain && { parts: plain }) }, effects: [] },
    prefix: withoutGates(prefix),
    ...(storage && { storage }),
  })
}
