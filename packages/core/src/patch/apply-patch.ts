import { withoutGates } from '../model/gate.ts'
import type { LanguageModel } from '../model/language-model.ts'
import { checkFit } from './check-fit.ts'
import { checkCompatible } from './compose/check-compatible.ts'
import { type ComposeMethod, composePrefixes } from './compose/compose-prefixes.ts'
import type { PatchContents } from './patch.ts'

export interface ApplyPatchOptions {
  /** How several patches are put together. Default `parallel`: side by side, in any order. */
  readonly method?: ComposeMethod
  /** One for each patch. Default 1 each. */
  readonly weights?: readonly number[]
  /** `false` leaves the gates out: prefixes take effect on every prompt. Default true. */
  readonly gates?: boolean
}

/**
 * The model with a patch before every prompt on which its gate fires, or with several; the weights are shared, and the model given stays as it
 * is. A prefix that it carries already is replaced.
 *
 * @throws what {@link checkFit} throws; `PATCH_CONFLICT` for patches that must not be applied together;
 *   `INVALID_ARGUMENT` for no patch, or weights that are none.
 */
export function applyPatch(
  model: LanguageModel,
  patch: PatchContents | readonly PatchContents[],
  { method = 'parallel', weights, gates = true }: ApplyPatchOptions = {},
): LanguageModel {
  const patches: readonly PatchContents[] = 'manifest' in patch ? [patch] : patch
  for (const each of patches) checkFit(model, each)
  checkCompatible(patches)
  const prefixes = patches.map(({ prefix }) => (gates ? prefix : withoutGates(prefix)))
  const [only] = prefixes
  if (prefixes.length === 1 && !weights) return model.withPrefix(only)
  return model.withPrefix(composePrefixes(prefixes, method, weights))
}
