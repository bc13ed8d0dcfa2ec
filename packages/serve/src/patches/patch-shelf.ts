import { type LanguageModel, type Patch, PatchError } from '@policypatch/core'
import { checkFit, compareVersions, patchSet, type Trust } from '@policypatch/core/patch'
import { describeValue, type Prefix } from '@policypatch/core/platform'
import { parseEntry, type StackEntry, type StackPart, stackLabel } from './served-stack.ts'

/** The versions of patches that are in memory, side by side. */
export interface PatchShelf {
  /** By name, each from its oldest version to its newest. */
  readonly patches: readonly Patch[]
  /** Takes a patch, in place of the same version. Throws what `checkFit` and the trust throw. */
  add(patch: Patch): void
  /** That version, exactly; undefined where it is not here. */
  get(part: Pick<StackPart, 'name' | 'version'>): Patch | undefined
  /**
   * Which versions entries mean: `1.2` is the newest 1.2, and no version that of `preferred`, else the newest.
   *
   * @throws `NOT_FOUND`; `INVALID_ARGUMENT` for a patch named twice
   */
  resolve(entries: readonly StackEntry[], preferred?: readonly StackPart[]): StackPart[]
  /** The prefix of a stack, the same object for the same stack, so that its keys and values are kept; null for an empty one. */
  prefix(parts: readonly StackPart[]): Prefix | null
}

/** Stacks that are remembered; the keys and values behind their prefixes are the model's to keep. */
const REMEMBERED = 64

export function patchShelf(model: LanguageModel, trust?: Trust): PatchShelf {
  const held = new Map<string, Map<string, Patch>>()
  const stacks = new Map<string, Prefix | null>()

  const versionsOf = (name: string) => [...(held.get(name)?.keys() ?? [])].sort(compareVersions)

  const versionFor = (name: string, asked: string | undefined, preferred: readonly StackPart[]): string => {
    const own = asked === undefined ? preferred.find((part) => part.name === name)?.version : undefined
    const version = own ?? newest(versionsOf(name), asked)
    if (version !== undefined && held.get(name)?.has(version)) return version
    throw notHeld(name, asked, held.has(name) ? versionsOf(name) : undefined, [...held.keys()])
  }

  return {
    get patches() {
      const names = [...held.keys()].sort()
      return names.flatMap((name) => versionsOf(name).map((version) => held.get(name)?.get(version) as Patch))
    },
    add(patch) {
      trust?.check(patch, model)
      checkFit(model, patch)
      const { name, version } = patch.manifest
      const versions = held.get(name) ?? new Map<string, Patch>()
      held.set(name, versions.set(version, patch))
      stacks.clear()
    },
    get: ({ name, version }) => held.get(name)?.get(version),
    resolve(entries, preferred = []) {
      const parts = entries.map((entry) => {
        const { name, version, weight } = parseEntry(entry)
        return { name, version: versionFor(name, version, preferred), weight }
      })
      const twice = parts.find(({ name }, i) => parts.findIndex((part) => part.name === name) !== i)
      if (twice) throw namedTwice(twice.name)
      return parts
    },
    prefix(parts) {
      const key = stackLabel(parts)
      const known = stacks.get(key)
      if (known !== undefined) return known
      const patches = parts.map((part) => held.get(part.name)?.get(part.version) ?? absent(part))
      const made = patchSet(model, patches, { trust }).stack(parts)
      stacks.set(key, made)
      for (const oldest of stacks.keys()) if (stacks.size > REMEMBERED) stacks.delete(oldest)
      return made
    },
  }
}

/** The newest of sorted versions that begins as asked; releases before pre-releases, which are named in full. */
function newest(sorted: readonly string[], asked: string | undefined): string | undefined {
  if (asked !== undefined && sorted.includes(asked)) return asked
  const fitting = sorted.filter((version) => asked === undefined || version.startsWith(`${asked}.`))
  return fitting.findLast((version) => !version.includes('-')) ?? fitting.at(-1)
}

function absent(part: StackPart): never {
  throw notHeld(part.name, part.version, undefined, [])
}

function notHeld(
  name: string,
  version: string | undefined,
  versions: readonly string[] | undefined,
  names: readonly string[],
): PatchError {
  const asked = version === undefined ? name : `${name}@${version}`
  return new PatchError('NOT_FOUND', {
    expected: versions
      ? `one of the versions that are served: ${versions.join(', ')}`
      : `one of the patches that are served: ${names.join(', ') || 'none'}`,
    found: describeValue(asked),
    remedy: 'GET /v1/patches lists what is served; POST /v1/patches installs others',
  })
}

const namedTwice = (name: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'every patch of a stack once',
    found: `${describeValue(name)} twice`,
    remedy: 'Name it once; its weight makes it stronger',
  })
