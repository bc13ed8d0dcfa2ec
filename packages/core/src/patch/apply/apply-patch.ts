import { withoutGates } from '../../model/gate/gate.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { PatchContents } from '../patch.ts'
import type { Trust } from '../trust/trust.ts'
import { checkCompatible } from './check-compatible.ts'
import { checkFit } from './check-fit.ts'
import { type ComposeMethod, composePrefixes } from './compose-prefixes.ts'

export interface ApplyPatchOptions {
  /** How to combine several patches. Default `parallel`: side by side, in any order. */
  readonly method?: ComposeMethod | undefined
  /** One for each patch. Default 1 each. */
  readonly weights?: readonly number[] | undefined
  /** `false` ignores the gates: prefixes apply to every prompt. Default true. */
  readonly gates?: boolean | undefined
  /** Accepts only patches that this trust verified when they were read. Absent: any. */
  readonly trust?: Trust | undefined
}

/**
 * The model with one or more patches before every prompt for which their gates fire. The weights are shared, and the given model
 * is not changed. A prefix that it already has is replaced.
 *
 * @throws the errors of {@link checkFit}; `PATCH_CONFLICT` for patches that cannot be applied together; `INVALID_ARGUMENT` for no
 *   patch, or invalid weights; `SIGNATURE_INVALID` or `NOT_TRUSTED` for patches that the trust does not accept.
 */
export function applyPatch(
  model: LanguageModel,
  patch: PatchContents | readonly PatchContents[],
  { method = 'parallel', weights, gates = true, trust }: ApplyPatchOptions = {},
): LanguageModel {
  const patches: readonly PatchContents[] = 'manifest' in patch ? [patch] : patch
  for (const each of patches) {
    trust?.check(each, model)
    checkFit(model, each)
  }
  checkCompatible(patches)
  const prefixes = patches.map(({ prefix }) => (gates ? prefix : withoutGates(prefix)))
  const [only] = prefixes
  if (prefixes.length === 1 && !weights) return model.withPrefix(only)
  return model.withPrefix(composePrefixes(prefixes, method, weights))
}
