import type { InstalledPatch } from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { shippedPatches } from '../shipped-patches.ts'
import { patchStore } from '../stored/patches.ts'

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
