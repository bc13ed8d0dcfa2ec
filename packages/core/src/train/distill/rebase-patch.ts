import { PatchError } from '../../errors.ts'
import { withoutGates } from '../../model/gate.ts'
import type { LanguageModel } from '../../model/language-model.ts'
import { applyPatch } from '../../patch/apply-patch.ts'
import { describePart } from '../../patch/compose/compose-patches.ts'
import type { Patch } from '../../patch/patch.ts'
import { type DistillPatchOptions, distillPatch } from './distill-patch.ts'
import { type ImitationTask, imitate } from './imitation-task.ts'

export interface RebasePatchOptions
  extends Omit<DistillPatchOptions, 'model' | 'tasks' | 'prefix' | 'composition'> {
  readonly patch: Patch
  /** The base that the patch was made for. */
  readonly from: LanguageModel
  /** The release that is to be patched; of the same tokenizer. */
  readonly to: LanguageModel
  readonly tasks: readonly ImitationTask[]
}

/**
 * Moves a patch to another release of its base model: the old base with the patch teaches, the new one is patched. It
 * starts from the old prefix, and its parts, where the width is the same. It has no gate: a gate reads the base that it was
 * trained on. What the old one held back, the new prefix learns to.
 *
 * @throws `PATCH_MISMATCH` where the patch is not one of `from`, or the tokenizers differ; else as `distillPatch`.
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
