/**
 * Turns a call's patches into the prefix placed before it. Each patch is read once and each stack composed once for all calls, so
 * that the model finds the cached keys and values of its prefix.
 */

import { applyPatch, type LanguageModel } from '@policypatch/core'
import type { PatchContents, StackEntry, Trust } from '@policypatch/core/patch'
import type { Prefix } from '@policypatch/core/platform'

/** A patch given by name or place, with or without a weight, or one already read. */
export type PatchEntry = StackEntry | PatchContents

/** A patch of a call, as reported in the answer's metadata. */
export type AppliedPatch = {
  readonly name: string
  readonly version: string
  readonly weight: number
  /** Whether it has a gate, and so takes effect only on prompts for which the gate fires. */
  readonly gated: boolean
}

export interface PatchStack {
  /** `null` for no prefix. */
  readonly prefix: Prefix | null
  readonly patches: readonly AppliedPatch[]
  /** Whether the call named no patches and the model already had a prefix of its own. */
  readonly ownPrefix: boolean
}

/** Reads a patch by name. */
export type ReadNamedPatch = (name: string) => Promise<PatchContents>

export interface PatchStacks {
  /**
   * @param entries if absent, the model's own prefix is used, if it has one
   * @throws the errors of reading and applying patches
   */
  open(entries: readonly PatchEntry[] | undefined): Promise<PatchStack>
}

/** Maximum number of cached stacks. */
const REMEMBERED = 64

export function patchStacks(
  model: LanguageModel,
  read: ReadNamedPatch,
  trust: Trust | undefined,
): PatchStacks {
  const numbers = new WeakMap<PatchContents, number>()
  let numbered = 0
  const stacks = new Map<string, PatchStack>()

  const numberOf = (patch: PatchContents) => {
    const number = numbers.get(patch) ?? numbered++
    numbers.set(patch, number)
    return number
  }

  return {
    async open(entries) {
      if (entries === undefined) {
        return { prefix: model.prefix ?? null, patches: [], ownPrefix: model.prefix !== undefined }
      }
      if (entries.length === 0) return { prefix: null, patches: [], ownPrefix: false }
      const chosen = await Promise.all(entries.map((entry) => weighted(entry, read)))
      const key = JSON.stringify(chosen.map(({ patch, weight }) => [numberOf(patch), weight]))
      const known = stacks.get(key)
      if (known) return known
      const made = stackOf(model, chosen, trust)
      stacks.set(key, made)
      for (const oldest of stacks.keys()) if (stacks.size > REMEMBERED) stacks.delete(oldest)
      return made
    },
  }
}

interface WeightedPatch {
  readonly patch: PatchContents
  readonly weight: number
}

async function weighted(entry: PatchEntry, read: ReadNamedPatch): Promise<WeightedPatch> {
  if (typeof entry === 'string') return { patch: await read(entry), weight: 1 }
  if ('manifest' in entry) return { patch: entry, weight: 1 }
  return { patch: await read(entry.name), weight: entry.weight }
}

function stackOf(
  model: LanguageModel,
  chosen: readonly WeightedPatch[],
  trust: Trust | undefined,
): PatchStack {
  const weights = chosen.map(({ weight }) => weight)
  const patched = applyPatch(
    model,
    chosen.map(({ patch }) => patch),
    { trust, ...(weights.some((weight) => weight !== 1) && { weights }) },
  )
  return {
    prefix: patched.prefix ?? null,
    ownPrefix: false,
    patches: chosen.map(({ patch: { manifest }, weight }) => ({
      ...{ name: manifest.name, version: manifest.version, weight },
      gated: [manifest.prefix, ...(manifest.prefix.parts ?? [])].some(({ gate }) => gate !== undefined),
    })),
  }
}
