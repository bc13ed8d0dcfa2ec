import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { parsePatchSpec } from '../cli/find-patch.ts'
import { addExamples } from '../cli/help.ts'
import { patchStore } from '../stored/patches.ts'

/** `remove`: a version of an installed patch, or all of them. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description('uninstall a patch: one version, or all')
    .argument('<patch>', 'NAME or NAME@VERSION')
    .action(
      inContext(async ({ print }, _, [patch = '']) => {
        const { name, version } = parsePatchSpec(patch)
        await patchStore().remove(name, version)
        print(`removed ${patch}`, { name, version: version ?? null })
      }),
    )
  return addExamples(
    command,
    ['One version', 'policypatch remove harmfulness@1.0.0'],
    ['All of its versions', 'policypatch remove harmfulness'],
  )
}
