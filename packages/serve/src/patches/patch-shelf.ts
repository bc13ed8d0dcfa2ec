import { type LanguageModel, type Patch, PatchError } from '@policypatch/core'
import { checkFit, compareVersions, patchSet, type Trust } from '@policypatch/core/patch'
import { describeValue, type Prefix } from '@policypatch/core/platform'
import { parseEntry, type StackEntry, type StackPart, stackLabel } from './served-stack.ts'

/** The versions of patches held in memory. */
export interface PatchShelf {
  /** By name, then from oldest to newest version. */
  readonly patches: readonly Patch[]
  /** Adds a patch, replacing the same version. Throws the errors of `checkFit` and the trust policy. */
  add(patch: Patch): void
  /** Exactly that version; undefined if it is not held. */
  get(part: Pick<StackPart, 'name' | 'version'>): Patch | undefined
  /**
   * The versions that entries mean: `1.2` is the newest 1.2; an entry without a version is the one in `preferred`, else the
   * newest.
   *
   * @throws `NOT_FOUND`; `INVALID_ARGUMENT` for a patch named twice
   */
  resolve(entries: readonly StackEntry[], preferred?: readonly StackPart[]): StackPart[]
  /** The prefix of a stack; null for an empty one. Equal stacks give the same object, so that its keys and values are reused. */
  prefix(parts: readonly StackPart[]): Prefix | null
}

/** Most stacks to remember. Keeping the keys and values of their prefixes is up to the model. */
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

/**
 * The newest of sorted versions that match what was asked. A pre-release only counts if it is named in full, or if there is no
 * release.
 */
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
