import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { patchStore, readPatch } from '../stored/patches.ts'

/** `install`: keeps a patch for use by its name. */
export function installCommand(): Command {
  return new Command('install')
    .description('keep a patch beside its other versions, for use as NAME[@VERSION]')
    .argument('<directory>', 'the patch')
    .action(
      inContext(async ({ print }, _, [directory = '']) => {
        const patch = await readPatch(directory)
        await patchStore().install(patch)
        const { name, version } = patch.manifest
        print(`installed ${name}@${version}`, { name, version })
      }),
    )
}
