import { PatchError } from '../../errors.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { PatchContents } from '../patch.ts'
import type { Trust } from '../trust/trust.ts'
import { checkCompatible } from './check-compatible.ts'
import { checkFit } from './check-fit.ts'
import { type ComposeMethod, composePrefixes } from './compose-prefixes.ts'

/** A stack entry: a patch's name, or its name and weight. */
export type StackEntry = string | { readonly name: string; readonly weight: number }

/**
 * Patches loaded with one model. Each request can use its own stack of them:
 *
 *     const patches = patchSet(model, [harmfulness, toxicity])
 *     model.generateBatch([
 *       { prompt, prefix: patches.stack(['harmfulness', 'toxicity']) },
 *       { prompt: another, prefix: patches.stack([]) },
 *     ])
 *
 * The model caches the keys and values of each patch (`model.prefixes`, up to its limit). With the method `parallel`, a new
 * stack of patches that were applied before costs nothing more.
 */
export interface PatchSet {
  /** Names of the patches, in the order in which they were added. */
  readonly names: readonly string[]
  /** Adds a patch under its name, replacing any other version of it. Throws what `checkFit` and its trust throw. */
  add(patch: PatchContents): void
  /** Removes a patch; stacks in use are not changed. Returns whether it was there. */
  remove(name: string): boolean
  /**
   * The prefix of a stack, always the same object for the same stack; `null` (no prefix) for an empty one.
   *
   * @throws `NOT_FOUND` for a name that was not added; `PATCH_CONFLICT`; and the errors of `composePatches`.
   */
  stack(entries: readonly StackEntry[], options?: { readonly method?: ComposeMethod }): Prefix | null
}

/** Number of remembered stacks. A prefix takes a hundred kilobytes; the model caches its keys and values. */
const REMEMBERED = 64

export interface PatchSetOptions {
  /** Accepts only patches that this trust verified when they were read. Absent: any. */
  readonly trust?: Trust | undefined
}

export function patchSet(
  model: LanguageModel,
  patches: readonly PatchContents[] = [],
  { trust }: PatchSetOptions = {},
): PatchSet {
  const held = new Map<string, PatchContents>()
  const stacks = new Map<string, Prefix>()
  const set: PatchSet = {
    get names() {
      return [...held.keys()]
    },
    add(patch) {
      trust?.check(patch, model)
      checkFit(model, patch)
      held.set(patch.manifest.name, patch)
      stacks.clear()
    },
    remove(name) {
      stacks.clear()
      return held.delete(name)
    },
    stack(entries, { method = 'parallel' } = {}) {
      if (entries.length === 0) return null
      const weighted = entries.map((entry) =>
        typeof entry === 'string' ? { name: entry, weight: 1 } : entry,
      )
      const key = JSON.stringify([method, weighted.map(({ name, weight }) => [name, weight])])
      const known = stacks.get(key)
      if (known) return known
      const chosen = weighted.map(({ name }) => held.get(name) ?? notHeld(name, [...held.keys()]))
      checkCompatible(chosen)
      const made = composePrefixes(
        chosen.map(({ prefix }) => prefix),
        method,
        weighted.map(({ weight }) => weight),
      )
      stacks.set(key, made)
      for (const oldest of stacks.keys()) if (stacks.size > REMEMBERED) stacks.delete(oldest)
      return made
    },
  }
  for (const patch of patches) set.add(patch)
  return set
}

function notHeld(name: string, names: readonly string[]): never {
  throw new PatchError('NOT_FOUND', {
    expected: `one of the patches that were added: ${names.join(', ') || 'none'}`,
    found: describeValue(name),
    remedy: 'Add the patch first, or correct the name',
  })
}
