/**
 * The patches of a call as the prefix that is put before it. A patch is read once for all calls, and a stack composed once, so
 * that the model finds the keys and values of its prefix again.
 */

import { applyPatch, type LanguageModel } from '@policypatch/core'
import type { PatchContents, StackEntry, Trust } from '@policypatch/core/patch'
import type { Prefix } from '@policypatch/core/platform'

/** A patch by name or place, with a weight or without, or one that was read. */
export type PatchEntry = StackEntry | PatchContents

/** A patch of a call, as its answer's metadata name it. */
export type AppliedPatch = {
  readonly name: string
  readonly version: string
  readonly weight: number
  /** It has a gate, and takes effect only on prompts for which the gate fires. */
  readonly gated: boolean
}

export interface PatchStack {
  /** `null`: none. */
  readonly prefix: Prefix | null
  readonly patches: readonly AppliedPatch[]
  /** No patches were named, and the model has a prefix that it was given before. */
  readonly ownPrefix: boolean
}

/** Reads a patch that was named. */
export type ReadNamedPatch = (name: string) => Promise<PatchContents>

export interface PatchStacks {
  /**
   * @param entries absent: the model's own prefix, if it has one
   * @throws the errors of reading and applying patches
   */
  open(entries: readonly PatchEntry[] | undefined): Promise<PatchStack>
}

/** Stacks that are remembered. */
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
