import { PatchError } from '../../errors.ts'
import { withoutGates } from '../../model/gate/gate.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { applyPatch } from '../../patch/apply/apply-patch.ts'
import { describePart } from '../../patch/apply/compose-patches.ts'
import type { Patch } from '../../patch/patch.ts'
import { type DistillPatchOptions, distillPatch } from './distill-patch.ts'
import { type ImitationTask, imitate } from './distillation-task.ts'

export interface RebasePatchOptions
  extends Omit<DistillPatchOptions, 'model' | 'tasks' | 'prefix' | 'composition'> {
  readonly patch: Patch
  /** The base that the patch was made for. */
  readonly from: LanguageModel
  /** The release to patch, with the same tokenizer. */
  readonly to: LanguageModel
  readonly tasks: readonly ImitationTask[]
}

/**
 * Moves a patch to another release of its base model: the old base model with the patch is the teacher, and the new one is
 * patched. Training starts from the old prefix and its parts, if the width is the same. The new patch has no gate, because a gate
 * reads the base model that it was trained on. The new prefix itself learns where the old gate did not fire.
 *
 * @throws `PATCH_MISMATCH` if the patch was not made for `from`, or the tokenizers differ; and the errors of `distillPatch`.
 */
export async function rebasePatch({
  patch,
  from,
  to,
  tasks,
  ...options
}: RebasePatchOptions): Promise<Patch> {
  const teacher = applyPatch(from, patch)
  if (from.tokenizer.fingerprint !== to.tokenizer.fingerprint) {
    throw new PatchError('PATCH_MISMATCH', {
      expected: `a release with the tokenizer of ${from.id}: fingerprint ${from.tokenizer.fingerprint}`,
      found: `${to.id}: fingerprint ${to.tokenizer.fingerprint}`,
      remedy: 'Train a patch for that model; the old one can be its reference',
    })
  }
  const { manifest, prefix } = patch
  const sameWidth = from.config.hiddenSize === to.config.hiddenSize
  const { name, version, domain, license } = manifest
  return distillPatch({
    ...options,
    model: to,
    manifest: { name, version, domain, license, ...options.manifest },
    tasks: imitate(tasks, teacher, `${name} ${version} on ${from.id}`),
    prefix: sameWidth ? withoutGates(prefix) : { length: prefix.length },
    composition: { method: 'rebase', parts: [await describePart(patch)] },
  })
}
