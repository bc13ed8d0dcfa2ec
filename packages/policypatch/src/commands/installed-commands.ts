import { PatchError } from '@policypatch/core'
import type { InstalledPatch } from '@policypatch/core/patch'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { findPatch } from '../patches/find-patch.ts'
import { patchStore } from '../patches/patch-store.ts'
import { parsePatchSpec, shippedPatch, shippedPatches } from '../patches/read-patch.ts'

/** `install`: keeps a patch for use by its name. */
export function installCommand(): Command {
  const command = new Command('install')
    .description('install a patch, for use as NAME[@VERSION]; versions are kept side by side')
    .argument('<patch>', 'the folder or zip archive of the patch')
    .action(
      inContext(async ({ print }, _, [place = '']) => {
        const patch = await findPatch(place)
        await patchStore().install(patch)
        const { name, version } = patch.manifest
        print(`installed ${name}@${version}`, { name, version })
      }),
    )
  return addExamples(
    command,
    ['A patch that you trained', 'policypatch install patches/harmfulness'],
    ['A patch downloaded from the playground', 'policypatch install harmfulness.zip'],
  )
}

/** `list`: the patches that can be named: installed ones, and those that come with the package. */
export function listCommand(): Command {
  const command = new Command('list').description('list the patches that can be used by name').action(
    inContext(async ({ print }) => {
      const of = (source: 'installed' | 'shipped') => (patch: InstalledPatch) => ({ ...patch, source })
      const patches = [
        ...(await patchStore().list()).map(of('installed')),
        ...(await shippedPatches()).map(of('shipped')),
      ]
      const rows = patches.map(({ name, version, domain, bytes, source }) => [
        ...[name, version, domain, `${(bytes / 1000).toFixed(0)} kB`],
        source === 'shipped' ? 'comes with policypatch' : source,
      ])
      print(renderTable([['name', 'version', 'domain', 'size', 'source'], ...rows]), patches)
    }),
  )
  return addExamples(
    command,
    ['All patches', 'policypatch list'],
    ['The same as JSON', 'policypatch list --json'],
  )
}

/** `remove`: a version of an installed patch, or all of them. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description('uninstall a patch: one version, or all')
    .argument('<patch>', 'NAME or NAME@VERSION')
    .action(
      inContext(async ({ print }, _, [patch = '']) => {
        const { name, version } = parsePatchSpec(patch)
        const store = patchStore()
        if ((await store.versions(name)).length === 0 && (await shippedPatch(name))) {
          throw new PatchError('INVALID_ARGUMENT', {
            expected: 'an installed patch',
            found: `${name}, which comes with policypatch`,
            remedy: 'Keep it: it is used only if you name it',
          })
        }
        await store.remove(name, version)
        print(`removed ${patch}`, { name, version: version ?? null })
      }),
    )
  return addExamples(
    command,
    ['One version', 'policypatch remove harmfulness@1.0.0'],
    ['All of its versions', 'policypatch remove harmfulness'],
  )
}
