import type { PatchContents } from '../patch.ts'
import { type EffectChange, effectChanges } from './effect-changes.ts'

/** A field that differs between two manifests; undefined in the one that lacks it. */
export interface FieldDifference {
  /** Such as `recipe.options.sft.steps`. */
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** The distance between two prefixes of equal length. */
export interface PrefixDifference {
  /** ‖B − A‖ / ‖A‖ over all numbers. */
  readonly relativeDistance: number
  /** Cosine between each virtual token of A and its counterpart in B, [m]. */
  readonly cosines: readonly number[]
}

export interface PatchDifference {
  readonly fields: readonly FieldDifference[]
  /** Undefined if lengths or widths differ, which is then reported among the fields. */
  readonly prefix: PrefixDifference | undefined
  readonly effects: readonly EffectChange[]
}

/** The differences between two patches: manifests (except times and digests), prefixes and effects. */
export function diffPatches(before: PatchContents, after: PatchContents): PatchDifference {
  const fields = (patch: PatchContents) => {
    const { created: _, files: __, effects: ___, ...manifest } = patch.manifest
    return flattenJson(manifest)
  }
  const [a, b] = [fields(before), fields(after)]
  const names = [...new Set([...a.keys(), ...b.keys()])]
  return {
    fields: names
      .filter((field) => JSON.stringify(a.get(field)) !== JSON.stringify(b.get(field)))
      .map((field) => ({ field, before: a.get(field), after: b.get(field) })),
    prefix: prefixDifference(before.prefix, after.prefix),
    effects: effectChanges(before.manifest.effects, after.manifest.effects),
  }
}

function prefixDifference(
  a: PatchContents['prefix'],
  b: PatchContents['prefix'],
): PrefixDifference | undefined {
  if (a.length !== b.length || a.embeddings.length !== b.embeddings.length) return undefined
  const width = a.embeddings.length / a.length
  const rows = Array.from({ length: a.length }, (_, i) => {
    const row = ({ embeddings }: PatchContents['prefix']) => embeddings.subarray(i * width, (i + 1) * width)
    return [row(a), row(b)] as const
  })
  const difference = a.embeddings.map((value, i) => (b.embeddings[i] as number) - value)
  return {
    relativeDistance: norm(difference) / norm(a.embeddings),
    cosines: rows.map(([x, y]) => dot(x, y) / (norm(x) * norm(y))),
  }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

export const norm = (values: ArrayLike<number>): number => Math.sqrt(dot(values, values))

/** The leaves of a JSON value by path, such as `a.b.0`; an empty object or array is a leaf. */
function flattenJson(value: unknown, path = ''): Map<string, unknown> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.length === 0) return new Map(value === undefined ? [] : [[path, value]])
  return new Map(
    entries.flatMap(([name, held]) => [...flattenJson(held, path === '' ? name : `${path}.${name}`)]),
  )
}
