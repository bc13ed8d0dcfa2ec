import { type Command, Option } from 'commander'
import { inContext } from '../../cli/command-context.ts'
import { addExamples } from '../../cli/help.ts'
import { openRegistry } from '../../open-registry.ts'
import { integer } from '../../options/option-values.ts'
import { type KeyType, keyTypes, published, type RepoOptions, repoSubcommand } from './repo-options.ts'

interface KeyTypeOptions extends RepoOptions {
  readonly keyType: KeyType
}

/** `repo delegate`: sets who may publish under which names. */
export function delegateCommand(): Command {
  const command = repoSubcommand(
    'delegate',
    'give a publisher names of patches, under which nobody else can publish',
  )
    .argument('<publisher>', 'made, with a key of its own, if it is not there')
    .argument('<patches...>', 'names of patches; * stands for any characters')
    .addOption(new Option('--key-type <type>', 'of its key').choices(keyTypes).default('ecdsa'))
    .action(
      inContext(async ({ print }, { keyType, ...options }: KeyTypeOptions, [publisher = '', ...patches]) => {
        const { delegatePatches } = await openRegistry()
        await delegatePatches({ ...published(options), publisher, patches, keyType })
        print(`${publisher} publishes ${patches.join(', ')}.`, { publisher, patches })
      }),
    )
  return addExamples(command, [
    'A team with a key of its own',
    "policypatch repo delegate acme polite 'acme-*'",
  ])
}

interface RotateOptions extends KeyTypeOptions {
  readonly count?: number
  readonly threshold?: number
}

/** `repo rotate`: gives a role new keys. */
export function rotateCommand(): Command {
  const command = repoSubcommand('rotate', 'give a role new keys in place of its old ones')
    .argument('<role>', 'root, targets, snapshot, timestamp, or a publisher')
    .option('--count <n>', 'how many keys it gets (default: as many as before)', integer(1, 16))
    .option('--threshold <m>', 'how many of them must sign (default: as before)', integer(1, 16))
    .addOption(new Option('--key-type <type>', 'of the new keys').choices(keyTypes).default('ecdsa'))
    .action(
      inContext(
        async ({ print }, { keyType, count, threshold: least, ...options }: RotateOptions, [role = '']) => {
          const { rotateKeys } = await openRegistry()
          const keyIds = await rotateKeys({ ...published(options), role, keyType, count, threshold: least })
          print(
            `${role} has ${keyIds.length} new ${keyIds.length === 1 ? 'key' : 'keys'}. Remove the old ones.`,
            {
              ...{ role, keyIds },
            },
          )
        },
      ),
    )
  return addExamples(command, [
    'A key that leaked',
    'policypatch repo rotate timestamp --folder public --keys keys',
  ])
}

/** `repo timestamp`: re-signs the metadata that must stay current. */
export function timestampCommand(): Command {
  const command = repoSubcommand(
    'timestamp',
    're-sign the timestamp and any metadata about to expire; run it on a schedule',
  ).action(
    inContext(async ({ print, progress }, options: RepoOptions) => {
      const { renewMetadata } = await openRegistry()
      const result = await renewMetadata(published(options))
      for (const { role, expires } of result.expiring) {
        progress.line(`${role} expires on ${expires}, and its keys are not here: run this command with them`)
      }
      print(`Re-signed: ${result.renewed.join(', ')}`, result)
    }),
  )
  return addExamples(command, ['Once a day', 'policypatch repo timestamp --folder public --keys online-keys'])
}
