import { PatchError } from '../../errors.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { applyPatch } from '../../patch/apply/apply-patch.ts'
import { describePart } from '../../patch/apply/compose-patches.ts'
import type { ComposeMethod } from '../../patch/apply/compose-prefixes.ts'
import type { Patch } from '../../patch/patch.ts'
import { type DistillPatchOptions, distillPatch } from './distill-patch.ts'
import { type ImitationTask, imitate } from './distillation-task.ts'

/** A task that may be taught by only some patches of a stack. */
export interface CompressionTask extends ImitationTask {
  /**
   * Names of the patches that teach it. Default: the whole stack. A task taught only by its own patch keeps that patch's effect,
   * whatever the others do to it in the stack. `[]` means the base model, for prompts that it answers better, such as harmless
   * ones that a patch refuses.
   */
  readonly taughtBy?: readonly string[] | undefined
  /**
   * Whose responses to use for prompts without one. Default `teacher`. Those of the `base` cover states that a partly trained
   * prefix reaches but its teacher seldom does, so that it also learns what the teacher would do there.
   */
  readonly respondedBy?: 'teacher' | 'base' | undefined
}

export interface CompressPatchesOptions
  extends Omit<DistillPatchOptions, 'tasks' | 'prefix' | 'composition'> {
  /** A single patch is shortened; several are combined. */
  readonly patches: readonly Patch[]
  /** How the patches are combined to teach. Default `parallel`. */
  readonly method?: ComposeMethod | undefined
  /** One per patch; for `parallel` and `merge`. */
  readonly weights?: readonly number[] | undefined
  /** Number of virtual tokens of the new patch. Default 50. */
  readonly length?: number | undefined
  /**
   * Name of the patch whose virtual tokens training starts from, preferably the one whose effect is hardest to learn; or a prefix
   * to continue from, such as that of an earlier compression. Default: virtual tokens chosen evenly from all patches.
   */
  readonly start?: string | Prefix | undefined
  /** Prompts of all domains of the patches, including harmless ones. */
  readonly tasks: readonly CompressionTask[]
}

/**
 * Trains one patch of `length` virtual tokens that does what a stack of patches does. The model with the stack, or with those of
 * its patches that a task names, is the teacher, token by token, on prompts of all domains. Training starts from virtual tokens
 * of the patches, or of one of them. The stack then costs no more than one patch. A single patch becomes shorter.
 *
 * @throws as `distillPatch`, `applyPatch` and `composePatches`.
 */
export async function compressPatches({
  patches,
  method = 'parallel',
  weights,
  length = 50,
  start,
  tasks,
  ...options
}: CompressPatchesOptions): Promise<Patch> {
  checkLength(length)
  checkTeachers(tasks, patches)
  if (typeof start === 'string') checkStart(start, patches)
  const { model } = options
  const whole = patches.map(({ manifest: { name } }) => name)
  // Throws early if the whole stack is incompatible, whoever teaches.
  applyPatch(model, patches, { method, weights })
  const base = model.withPrefix(undefined)
  const taught = tasks.flatMap(({ taughtBy = whole, respondedBy = 'teacher', ...task }) => {
    const chosen = [...patches.keys()].filter((i) => taughtBy.includes(whole[i] as string))
    const own = chosen.map((i) => patches[i] as Patch)
    const teacher =
      own.length === 0
        ? base
        : applyPatch(model, own, {
            method,
            weights: weights && chosen.map((i) => weights[i] as number),
          })
    const names = own.map(({ manifest: { name } }) => name).join(', ') || 'base'
    const name = own.length > 1 ? `${method} of ${names}` : names
    return imitate([task], teacher, name, respondedBy === 'base' ? base : teacher)
  })
  const used =
    typeof start === 'object'
      ? [start]
      : patches
          .filter(({ manifest: { name } }, i) =>
            start === undefined ? (weights?.[i] ?? 1) > 0 : name === start,
          )
          .map(({ prefix }) => prefix)
  return distillPatch({
    ...options,
    tasks: taught,
    prefix: evenlyChosen(used, length),
    composition: {
      method: 'compress',
      parts: await Promise.all(patches.map((patch, i) => describePart(patch, weights?.[i] ?? 1))),
    },
  })
}

function checkTeachers(tasks: readonly CompressionTask[], patches: readonly Patch[]): void {
  const known = patches.map(({ manifest: { name } }) => name)
  const problems = tasks.flatMap(({ name, taughtBy = [] }) =>
    taughtBy.filter((one) => !known.includes(one)).map((one) => `${one} for ${name}`),
  )
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `tasks taught by patches of the stack: ${known.join(', ')}`,
    found: problems.join(', '),
    remedy: 'Use patches of the stack, or omit `taughtBy` for the whole stack; [] means the base model',
  })
}

function checkStart(start: string, patches: readonly Patch[]): void {
  const known = patches.map(({ manifest: { name } }) => name)
  if (known.includes(start)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a patch of the stack to start from: ${known.join(', ')}`,
    found: start,
    remedy: 'Use one of them, or omit `start` for all of them',
  })
}

function checkLength(length: number): void {
  if (Number.isInteger(length) && length > 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a length of at least one virtual token',
    found: `${length}`,
    remedy: 'Choose another length; 50 is usual',
  })
}

/**
 * A prefix of `length` virtual tokens chosen evenly from the concatenation of others: a start for a shorter prefix that should do
 * the same. Repeats tokens if there are too few.
 */
export function evenlyChosen(prefixes: readonly Prefix[], length: number): Prefix {
  const width = (prefixes[0] as Prefix).embeddings.length / (prefixes[0] as Prefix).length
  const rows = prefixes.flatMap(({ length: own, embeddings }) =>
    Array.from({ length: own }, (_, i) => embeddings.subarray(i * width, (i + 1) * width)),
  )
  const embeddings = new Float32Array(length * width)
  for (let i = 0; i < length; i++) {
    const at = length <= rows.length ? Math.floor((i * rows.length) / length) : i % rows.length
    embeddings.set(rows[at] as Float32Array, i * width)
  }
  return { length, embeddings }
}
