import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { findPatch } from '../cli/find-patch.ts'
import { addExamples } from '../cli/help.ts'
import { patchStore } from '../stored/patches.ts'

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
