import { type Command, InvalidArgumentError, Option } from 'commander'
import { inContext } from '../../cli/command-context.ts'
import { addExamples } from '../../cli/help.ts'
import { openRegistry } from '../../open-registry.ts'
import { type KeyType, keyTypes, published, type RepoOptions, repoSubcommand } from './repo-options.ts'

interface InitOptions extends RepoOptions {
  readonly publisher: string
  readonly keyType: KeyType
  readonly threshold?: Readonly<Record<string, { readonly threshold: number; readonly keys: number }>>
  readonly days?: Readonly<Record<string, number>>
}

/** `repo init`: creates an empty repository and its keys. */
export function initRepoCommand(): Command {
  const command = repoSubcommand('init', 'make an empty repository, and the keys of its roles')
    .option('--publisher <name>', 'the role that signs patches', 'publisher')
    .addOption(new Option('--key-type <type>', 'of the keys').choices(keyTypes).default('ecdsa'))
    .option(
      '--threshold <role=m/n...>',
      'how many of how many keys must sign for a role, such as root=2/3 (default: 1/1 for each)',
      (value: string, before: object = {}) => ({ ...before, ...threshold(value) }),
    )
    .option(
      '--days <role=days...>',
      'how long signatures hold (default: root=365 targets=365 snapshot=90 timestamp=14)',
      (value: string, before: object = {}) => ({ ...before, ...days(value) }),
    )
    .action(
      inContext(async ({ print }, { keys, publisher, keyType, ...options }: InitOptions) => {
        const { createRepository } = await openRegistry()
        const [folder = ''] = keys
        const made = await createRepository({
          ...{ ...published({ ...options, keys }), keys: folder, publisher, keyType },
          ...{ thresholds: options.threshold, lifetimes: options.days },
        })
        print(
          `Made a repository in ${options.folder}. Keep ${folder} secret, and back it up.\n` +
            `Operators trust the repository by the SHA-256 of its first root: ${made.rootDigest}`,
          made,
        )
      }),
    )
  return addExamples(
    command,
    ['A repository', 'policypatch repo init --folder public --keys keys'],
    ['Two of three keys sign for root', 'policypatch repo init --threshold root=2/3 --passphrase-env KEYS'],
  )
}

function threshold(text: string) {
  const [, role, least, all] = /^([\w.-]+)=(\d+)\/(\d+)$/.exec(text) ?? []
  if (role === undefined) throw new InvalidArgumentError('It must be such as root=2/3.')
  return { [role]: { threshold: Number(least), keys: Number(all) } }
}

function days(text: string) {
  const [, role, count] = /^(root|targets|snapshot|timestamp)=(\d{1,4})$/.exec(text) ?? []
  if (role === undefined || Number(count) < 1)
    throw new InvalidArgumentError('It must be such as timestamp=7.')
  return { [role]: Number(count) }
}
