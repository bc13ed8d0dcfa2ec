import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { patchStore } from '../stored/patches.ts'

/** `list`: the installed patches. */
export function listCommand(): Command {
  const command = new Command('list').description('list the installed patches').action(
    inContext(async ({ print }) => {
      const installed = await patchStore().list()
      const rows = installed.map(({ name, version, domain, bytes }) => [
        name,
        version,
        domain,
        `${(bytes / 1000).toFixed(0)} kB`,
      ])
      const table = renderTable([['name', 'version', 'domain', 'size'], ...rows])
      print(rows.length > 0 ? table : 'No patches are installed.', installed)
    }),
  )
  return addExamples(
    command,
    ['All installed patches', 'policypatch list'],
    ['The same as JSON', 'policypatch list --json'],
  )
}
