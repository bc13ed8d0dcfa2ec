import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { secretIn } from '../options/option-values.ts'

interface KeygenOptions {
  readonly out: string
  readonly passphraseEnv?: string
}

/** `keygen`: generates a key pair for signing patches. */
export function keygenCommand(): Command {
  const command = new Command('keygen')
    .description('make a pair of keys to sign patches with')
    .option('--out <path>', 'PATH.pem gets the private key, PATH.pub the public one', 'policypatch')
    .option(
      '--passphrase-env <name>',
      'encrypt the private key with the passphrase in this environment variable',
    )
    .action(
      inContext(async ({ print }, { out, passphraseEnv }: KeygenOptions) => {
        const files = { privateKey: `${out}.pem`, publicKey: `${out}.pub` }
        for (const path of Object.values(files)) refuseToReplace(path)
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const passphrase = passphraseEnv === undefined ? undefined : secretIn(passphraseEnv, 'a passphrase')
        const secret = privateKey.export({
          ...{ type: 'pkcs8', format: 'pem' },
          ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
        })
        // Readable only by the owner from the first byte on, and never overwrites an existing key.
        await writeFile(files.privateKey, secret, { mode: 0o600, flag: 'wx' })
        await writeFile(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
        print(`Keep ${files.privateKey} secret; publish ${files.publicKey}.`, files)
      }),
    )
  return addExamples(
    command,
    ['A pair of keys', 'policypatch keygen --out release'],
    ['With a passphrase', 'policypatch keygen --out release --passphrase-env RELEASE_PASSPHRASE'],
  )
}

function refuseToReplace(path: string): void {
  if (!existsSync(path)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `no file at ${path}`,
    found: 'one',
    remedy: 'Choose another --out: a key that is lost cannot sign again',
  })
}
