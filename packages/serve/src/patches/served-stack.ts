import type { Prefix } from '@policypatch/core/platform'

/** A patch of a stack: its exact version and its weight. */
export interface StackPart {
  readonly name: string
  readonly version: string
  readonly weight: number
}

/** A part as a request or an operator writes it: the version is optional, and a string has weight 1. */
export type StackEntry =
  | string
  | { readonly name: string; readonly version?: string | undefined; readonly weight: number }

/** The resolved patches of a request. Later changes to what is served do not affect them. */
export interface ServedStack {
  readonly parts: readonly StackPart[]
  /** Null for no patch. */
  readonly prefix: Prefix | null
  /** The side of a canary that chose it; absent if none is running, or if the request named its patches. */
  readonly arm?: Arm
}

export type Arm = 'stable' | 'canary'

/** A stack as shown in logs and headers: `harmfulness@1.2.0`, with `*0.5` if the weight is not 1; `none` if it is empty. */
export const stackLabel = (parts: readonly StackPart[]): string =>
  parts
    .map(({ name, version, weight }) => `${name}@${version}${weight === 1 ? '' : `*${weight}`}`)
    .join('+') || 'none'

/** A stack as shown in metrics: without weights, of which there may be any number. */
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
