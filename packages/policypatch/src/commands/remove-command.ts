import { PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { parsePatchSpec } from '../read-patch.ts'
import { shippedPatch } from '../shipped-patches.ts'
import { patchStore } from '../stored/patches.ts'

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
