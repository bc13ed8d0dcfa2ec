import type { PublishOptions } from '@policypatch/registry'
import { Command } from 'commander'
import { secretIn } from '../../options/option-values.ts'

/** The options of every command that changes a repository. */
export interface RepoOptions {
  readonly folder: string
  readonly keys: readonly string[]
  readonly passphraseEnv?: string
}

/** Creates a subcommand of `repo` that changes a repository. */
export const repoSubcommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option('--folder <path>', "the repository's folder", 'repository')
    .option('--keys <folders...>', 'folders with its keys', ['repository-keys'])
    .option('--passphrase-env <name>', 'environment variable with the passphrase of the keys')

export const published = ({ folder, keys, passphraseEnv }: RepoOptions): PublishOptions => ({
  ...{ folder, keys },
  passphrase: passphraseEnv === undefined ? undefined : secretIn(passphraseEnv, 'a passphrase'),
})

export const keyTypes = ['ecdsa', 'ed25519'] as const
export type KeyType = (typeof keyTypes)[number]
