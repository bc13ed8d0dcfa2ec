import type { ComposeMethod } from '@policypatch/core'
import { Command, Option } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { describePatch } from '../cli/describe-patch.ts'
import { findPatch } from '../cli/find-patch.ts'
import { numbers } from '../cli/option-values.ts'
import { composePatches } from '../stored/patches.ts'

interface ComposeCommandOptions {
  readonly method: ComposeMethod
  readonly weights?: readonly number[]
  readonly out: string
  readonly name?: string
  readonly version?: string
}

/** `compose`: one patch out of several. */
export function composeCommand(): Command {
  return new Command('compose')
    .description('make one patch out of several of one base model')
    .argument('<patches...>', 'their folders, or NAME[@VERSION] of installed ones')
    .addOption(
      new Option('--method <method>', 'side by side in any order, one after the other, or their mean')
        .choices(['parallel', 'concat', 'merge'])
        .default('parallel'),
    )
    .option('--weights <list>', 'a weight for each, such as 1,0.5 (default: 1 each)', numbers)
    .option('--name <name>', 'what the patch is called (default: the names of the patches)')
    .option('--version <version>', 'its version (default: "0.1.0")')
    .requiredOption('--out <folder>', 'where it is written')
    .action(
      inContext(async ({ print }, options: ComposeCommandOptions, places) => {
        const { method, weights, out, name, version } = options
        const patches = []
        for (const place of places) patches.push(await findPatch(place))
        const patch = await composePatches(patches, {
          method,
          ...(weights && { weights }),
          manifest: { ...(name !== undefined && { name }), ...(version !== undefined && { version }) },
        })
        await patch.save(out)
        print(`${describePatch(patch)}\nwritten to ${out}`, { out, manifest: patch.manifest })
      }),
    )
}
