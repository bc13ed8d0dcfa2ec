import { composePatches } from '@policypatch/core'
import type { ComposeMethod } from '@policypatch/core/patch'
import { Command, Option } from 'commander'
import { addTrustOption, inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { numbers } from '../options/option-values.ts'
import { patchName, semanticVersion } from '../options/training-options.ts'
import { describePatch } from '../patches/describe-patch.ts'

interface ComposeCommandOptions {
  readonly method: ComposeMethod
  readonly weights?: readonly number[]
  readonly out: string
  readonly name?: string
  readonly version?: string
}

/** `compose`: combines several patches into one. */
export function composeCommand(): Command {
  const command = new Command('compose')
    .description('combine several patches for one base model into one')
    .argument('<patches...>', 'for each a folder, a zip archive, or NAME[@VERSION] of an installed patch')
    .addOption(
      new Option(
        '--method <method>',
        'parallel: side by side, in any order; concat: one after the other; merge: their mean',
      )
        .choices(['parallel', 'concat', 'merge'])
        .default('parallel'),
    )
    .option('--weights <list>', 'one weight per patch, such as 1,0.5 (default: 1 each)', numbers)
    .option('--name <name>', 'name of the new patch (default: the names of the patches)', patchName)
    .option('--version <version>', 'version of the new patch (default: "0.1.0")', semanticVersion)
    .option('--out <folder>', 'folder for the new patch')
    .action(
      inContext(async ({ print, findPatch }, options: ComposeCommandOptions, places) => {
        const { method, weights, out, name, version } = options
        const patches = []
        for (const place of places) patches.push(await findPatch(place))
        const patch = await composePatches({
          patches,
          method,
          weights,
          manifest: { ...(name !== undefined && { name }), ...(version !== undefined && { version }) },
        })
        await patch.save(out)
        print(`${describePatch(patch)}\nsaved in ${out}`, { out, manifest: patch.manifest })
      }),
    )
  requireOptions(command, '--out')
  return addExamples(
    addTrustOption(command),
    [
      'Two patches in parallel',
      'policypatch compose patches/harmfulness patches/toxicity --out patches/both',
    ],
    [
      'Two installed patches, the second at half strength',
      'policypatch compose harmfulness toxicity@1.2.0 --weights 1,0.5 --out patches/both --name both',
    ],
  )
}
