import { PatchError } from '../../errors.ts'
import { isGated } from '../../model/gate/gate.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'

/** Throws `INVALID_ARGUMENT` for prefixes with gates: only side by side can each take effect or not, for itself. */
export function checkUngated(prefixes: readonly Prefix[], method: string): void {
  const gated = prefixes.filter(isGated).length
  if (gated === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `prefixes without gates for method ${method}`,
    found: `${gated} of ${prefixes.length} with a gate`,
    remedy: 'Use method parallel, where each part keeps its gate, or remove gates with ungatedPatch',
  })
}
