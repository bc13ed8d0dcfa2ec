import { PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { addTrustOption, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { parsePatchSpec, shippedPatch } from '../patches/read-patch.ts'
import { describeEntry, openState } from './state-context.ts'

interface InstallOptions {
  readonly model?: string
  readonly project?: boolean
  readonly replace?: boolean
}

/** `install`: installs patches in the project or on the machine. */
export function installCommand(): Command {
  const command = new Command('install')
    .description('install patches, or what policypatch.json wants; versions are kept side by side')
    .argument(
      '[patches...]',
      'NAME[@RANGE] of a repository, a folder, a .zip or .tgz, a URL with #sha256=, npm:NAME[@RANGE] or hf:OWNER/NAME[@REVISION]',
    )
    .option('--model <id>', 'the base model that they are for, as patches name it')
    .option('--project', 'make this folder a project, with a policypatch.json of its own')
    .option('--replace', 'take other content for a version that was installed before')
    .action(
      inContext(async (context, { model, project, replace }: InstallOptions, patches) => {
        const { install } = await import('@policypatch/registry/state')
        const state = await openState(context, ['install', ...patches], { asProject: project ?? false })
        context.print(...describeEntry(await install(state, patches, { model, replace: replace ?? false })))
      }),
    )
  return addExamples(
    addTrustOption(command),
    ['A patch that you trained', 'policypatch install patches/harmfulness'],
    ['A patch downloaded from the playground', 'policypatch install harmfulness.zip'],
    ['From a repository that policypatch.json names', 'policypatch install harmfulness@^1.2.0'],
    [
      'From npm, and from the Hugging Face Hub',
      'policypatch install npm:@acme/harmfulness hf:acme/toxicity@v1',
    ],
    ['What policypatch.json wants', 'policypatch install'],
  )
}

/** `ci`: installs exactly what is locked. */
export function ciCommand(): Command {
  const command = new Command('ci')
    .description('install exactly what policypatch.lock has, and nothing that differs from it')
    .action(
      inContext(async (context) => {
        const { installLocked } = await import('@policypatch/registry/state')
        context.print(...describeEntry(await installLocked(await openState(context, ['ci']))))
      }),
    )
  return addExamples(addTrustOption(command), [
    'On another machine, or in continuous integration',
    'policypatch ci',
  ])
}

/** `upgrade`: moves to the newest versions that the project accepts. */
export function upgradeCommand(): Command {
  const command = new Command('upgrade')
    .description('bring patches, or all, to the newest versions that policypatch.json takes')
    .argument('[patches...]', 'their names')
    .action(
      inContext(async (context, _, patches) => {
        const { upgrade } = await import('@policypatch/registry/state')
        const state = await openState(context, ['upgrade', ...patches])
        context.print(...describeEntry(await upgrade(state, patches)))
      }),
    )
  return addExamples(
    addTrustOption(command),
    ['All patches', 'policypatch upgrade'],
    ['One of them', 'policypatch upgrade harmfulness'],
  )
}

/** `rollback`: undoes the last change. */
export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('take back the last change, or the last one of a patch; again for the one before')
    .argument('[patch]', 'its name')
    .action(
      inContext(async (context, _, [name]) => {
        const { rollback } = await import('@policypatch/registry/state')
        const state = await openState(context, ['rollback', ...(name === undefined ? [] : [name])])
        context.print(...describeEntry(await rollback(state, name)))
      }),
    )
  return addExamples(
    command,
    ['The last change', 'policypatch rollback'],
    ['The last change of one patch', 'policypatch rollback harmfulness'],
  )
}

/** `pin`: holds a patch at a version. */
export function pinCommand(): Command {
  const command = new Command('pin')
    .description('hold a patch at the version that is in use, or at another; install NAME@RANGE lets it go')
    .argument('<patch>', 'NAME or NAME@VERSION')
    .action(
      inContext(async (context, _, [patch = '']) => {
        const { pin } = await import('@policypatch/registry/state')
        const { name, version } = parsePatchSpec(patch)
        const entry = await pin(await openState(context, ['pin', patch]), name, version)
        context.print(...describeEntry(entry))
      }),
    )
  return addExamples(
    command,
    ['The version in use', 'policypatch pin harmfulness'],
    ['Another one', 'policypatch pin harmfulness@1.0.0'],
  )
}

/** `remove`: uninstalls one version of a patch, or all of them. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description('uninstall a patch: one version, or all')
    .argument('<patch>', 'NAME or NAME@VERSION')
    .action(
      inContext(async (context, _, [patch = '']) => {
        const { heldVersions, remove } = await import('@policypatch/registry/state')
        const { name, version } = parsePatchSpec(patch)
        const state = await openState(context, ['remove', patch])
        if ((await heldVersions(state.place, name)).length === 0 && (await shippedPatch(name))) {
          throw new PatchError('INVALID_ARGUMENT', {
            expected: 'an installed patch',
            found: `${name}, which comes with policypatch`,
            remedy: 'Keep it: it is used only if you name it',
          })
        }
        context.print(...describeEntry(await remove(state, name, version)))
      }),
    )
  return addExamples(
    command,
    ['One version', 'policypatch remove harmfulness@1.0.0'],
    ['All of its versions', 'policypatch remove harmfulness'],
  )
}
