import type { Prefix } from '@policypatch/core/platform'

/** A patch of a stack: exactly this version, and how strongly. */
export interface StackPart {
  readonly name: string
  readonly version: string
  readonly weight: number
}

/** A part of which a request or an operator may leave out what goes without saying. */
export type StackEntry =
  | string
  | { readonly name: string; readonly version?: string | undefined; readonly weight: number }

/** The patches of a request, resolved. Later changes of what is served do not touch it. */
export interface ServedStack {
  readonly parts: readonly StackPart[]
  /** Null for no patch. */
  readonly prefix: Prefix | null
  /** Which side of a canary chose it; absent where none runs, or the request named its patches. */
  readonly arm?: Arm
}

export type Arm = 'stable' | 'canary'

/** As logs and headers have it: `harmfulness@1.2.0`, with `*0.5` where the weight is not 1; `none`. */
export const stackLabel = (parts: readonly StackPart[]): string =>
  parts
    .map(({ name, version, weight }) => `${name}@${version}${weight === 1 ? '' : `*${weight}`}`)
    .join('+') || 'none'

/** As metrics have it: without the weights, of which there are any number. */
export const stackNames = (parts: readonly StackPart[]): string =>
  parts
    .map(({ name, version }) => `${name}@${version}`)
    .sort()
    .join('+') || 'none'

/** Reads `name`, `name@version` and their objects. */
export function parseEntry(entry: StackEntry): { name: string; version: string | undefined; weight: number } {
  const {
    name: named,
    version,
    weight,
  } = typeof entry === 'string' ? { name: entry, version: undefined, weight: 1 } : entry
  const at = named.indexOf('@')
  if (version !== undefined || at < 0) return { name: named, version, weight }
  return { name: named.slice(0, at), version: named.slice(at + 1), weight }
}
