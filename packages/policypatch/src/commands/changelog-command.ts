import { type Patch, PatchError } from '@policypatch/core'
import { compareVersions, type EffectChange, effectChanges, type Trust } from '@policypatch/core/patch'
import { Command } from 'commander'
import { addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { rate } from '../patches/describe-patch.ts'
import { patchForms } from '../patches/find-patch.ts'
import { patchStore } from '../patches/patch-store.ts'

/** How measured effects changed from one version to the next. */
interface VersionChanges {
  readonly version: string
  readonly created: string
  /** Undefined for the first version. */
  readonly since: string | undefined
  readonly effects: readonly EffectChange[]
}

/** `changelog`: shows which measured effects changed from version to version. */
export function changelogCommand(): Command {
  const command = new Command('changelog')
    .description('show which measured effects changed from version to version of a patch')
    .argument(
      '<patches...>',
      `NAME of an installed patch, for all of its versions; or several versions, each ${patchForms}`,
    )
    .action(
      inContext(async ({ print, findPatch, trust }, _, places) => {
        const versions = await versionsOf(places, findPatch, await trust())
        const changes = versions.map((patch, i) => changesSince(versions[i - 1], patch)).reverse()
        const name = versions[0]?.manifest.name
        print(changes.map((one) => describe(`${name}`, one)).join('\n\n'), { name, versions: changes })
      }),
    )
  return addExamples(
    addTrustOption(command),
    ['All installed versions', 'policypatch changelog harmfulness'],
    ['Two folders', 'policypatch changelog releases/1.0.0 releases/1.1.0'],
  )
}

async function versionsOf(
  places: readonly string[],
  findPatch: CommandContext['findPatch'],
  trust: Trust | undefined,
): Promise<Patch[]> {
  const [name = ''] = places
  const store = patchStore(undefined, { trust })
  const isName = places.length === 1 && /^[a-z\d][a-z\d._-]*$/.test(name)
  const installed = isName ? await store.versions(name) : []
  const patches =
    installed.length > 0
      ? await Promise.all(installed.map((version) => store.get(name, version)))
      : await Promise.all(places.map((place) => findPatch(place)))
  const names = [...new Set(patches.map(({ manifest }) => manifest.name))]
  if (names.length > 1) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'versions of one patch',
      found: names.join(', '),
      remedy: 'Compare different patches with `policypatch diff`',
    })
  }
  return patches.sort((a, b) => compareVersions(a.manifest.version, b.manifest.version))
}

const changesSince = (earlier: Patch | undefined, { manifest }: Patch): VersionChanges => ({
  version: manifest.version,
  created: manifest.created,
  since: earlier?.manifest.version,
  effects: effectChanges(earlier?.manifest.effects ?? [], manifest.effects),
})

function describe(name: string, { version, created, since, effects }: VersionChanges): string {
  const heading = `${name} ${version} (${created.slice(0, 10)})`
  if (since === undefined) return `${heading}: the first, with ${effects.length} measured effects`
  const moved = effects.filter(({ change }) => change !== 'same')
  const same = effects.length - moved.length
  const rest = same > 0 ? `${same} measured ${same === 1 ? 'effect is' : 'effects are'} as before.` : ''
  if (moved.length === 0) return `${heading}: ${rest || 'no effect is measured in both.'}`
  const rows = moved.map(({ metric, data, judge, change, before, after }) => [
    ...[change, `${metric}, ${data}`, judge, rate(before), rate(after)],
  ])
  return [heading, renderTable([['', 'effect', 'judge', since, version], ...rows]), rest]
    .filter(Boolean)
    .join('\n')
}
