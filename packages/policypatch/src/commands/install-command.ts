import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { openPatch } from '../cli/find-patch.ts'
import { addExamples } from '../cli/help.ts'
import { patchStore } from '../stored/patches.ts'

/** `install`: keeps a patch for use by its name. */
export function installCommand(): Command {
  const command = new Command('install')
    .description('keep a patch beside its other versions, for use as NAME[@VERSION]')
    .argument('<patch>', 'its folder, or a zip archive of it')
    .action(
      inContext(async ({ print }, _, [place = '']) => {
        const patch = await openPatch(place)
        await patchStore().install(patch)
        const { name, version } = patch.manifest
        print(`installed ${name}@${version}`, { name, version })
      }),
    )
  return addExamples(
    command,
    ['A patch that was trained here', 'policypatch install patches/harmfulness'],
    ['One that the playground gave', 'policypatch install harmfulness.zip'],
  )
}
