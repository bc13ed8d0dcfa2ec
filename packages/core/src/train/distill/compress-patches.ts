import { PatchError } from '../../errors.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import { applyPatch } from '../../patch/apply-patch.ts'
import { type ComposeMethod, describePart } from '../../patch/compose/compose-patches.ts'
import type { Patch } from '../../patch/patch.ts'
import { type DistillPatchOptions, distillPatch } from './distill-patch.ts'
import type { DistillationRow, DistillationTask } from './distillation-task.ts'
import { evenlyChosen } from './evenly-chosen.ts'

/** Prompts on which one patch is to do what others do. */
export interface ImitationTask extends Omit<DistillationTask, 'teacher' | 'rows'> {
  /** With a response, that is read; else the teacher is asked. */
  readonly prompts: readonly DistillationRow[]
  /** Temperature at which the teacher responds. Default 0. */
  readonly temperature?: number
}

export interface CompressPatchesOptions
  extends Omit<DistillPatchOptions, 'tasks' | 'prefix' | 'composition'> {
  /** One patch is shortened, several become one. */
  readonly patches: readonly Patch[]
  /** How the patches are put together to teach. Default `parallel`. */
  readonly method?: ComposeMethod
  /** By patch; of `parallel` and `merge`. */
  readonly weights?: readonly number[]
  /** Virtual tokens of the patch that is made. Default 50. */
  readonly length?: number
  /** Prompts of all domains of the patches, harmless ones among them. */
  readonly tasks: readonly ImitationTask[]
}

/**
 * One patch of `length` virtual tokens that does what a stack of patches does: the model with the stack is the teacher,
 * token by token, over prompts of all domains. It starts from virtual tokens of the patches. Stacking then costs no more
 * than one patch; a patch alone becomes shorter.
 *
 * @throws as `distillPatch`, `applyPatch` and `composePatches`.
 */
export async function compressPatches({
  patches,
  method = 'parallel',
  weights,
  length = 50,
  tasks,
  ...options
}: CompressPatchesOptions): Promise<Patch> {
  checkLength(length)
  const { model } = options
  const taught = applyPatch(model, patches, { method, ...(weights && { weights }) })
  const used = patches.map(({ prefix }, i) => ({ prefix, weight: weights?.[i] ?? 1 }))
  return distillPatch({
    ...options,
    tasks: imitate(tasks, taught, `${method} of ${patches.map(({ manifest: { name } }) => name).join(', ')}`),
    prefix: evenlyChosen(
      used.filter(({ weight }) => weight > 0).map(({ prefix }) => prefix),
      length,
    ),
    composition: {
      method: 'compress',
      parts: await Promise.all(patches.map((patch, i) => describePart(patch, weights?.[i] ?? 1))),
    },
  })
}

/** Tasks whose teacher is a patched model. */
export function imitate(
  tasks: readonly ImitationTask[],
  model: Parameters<typeof modelReference>[0]['model'],
  name: string,
): DistillationTask[] {
  return tasks.map(({ prompts, temperature = 0, ...task }) => ({
    ...task,
    rows: prompts,
    teacher: modelReference({
      model,
      name,
      format: task.format ?? 'chat',
      temperature,
      maxTokens: task.maxResponseTokens ?? 32,
      batchSize: 32,
    }),
  }))
}

function checkLength(length: number): void {
  if (Number.isInteger(length) && length > 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a length of at least one virtual token',
    found: `${length}`,
    remedy: 'Choose another length; 50 is usual',
  })
}
