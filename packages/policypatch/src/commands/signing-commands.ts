import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import { signPatch, verifyPatch } from '@policypatch/core/patch'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'

interface KeygenOptions {
  readonly out: string
  readonly passphraseEnv?: string
}

/** `keygen`: a pair of keys to sign patches with. */
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
        const passphrase = passphraseEnv === undefined ? undefined : passphraseIn(passphraseEnv)
        const secret = privateKey.export({
          ...{ type: 'pkcs8', format: 'pem' },
          ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
        })
        // Readable for nobody else from its first byte on, and never in place of another key.
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

interface SignOptions {
  readonly key: string
  readonly passphraseEnv?: string
}

/** `sign`: signs the files of a patch, as OpenSSF model signing does. */
export function signCommand(): Command {
  const command = new Command('sign')
    .description("sign a patch's files; the signature is written beside them, as model.sig")
    .argument('<patch>', 'its folder')
    .option('--key <path>', 'private key, as keygen writes it')
    .option('--passphrase-env <name>', 'environment variable with the passphrase of the key')
    .action(
      inContext(async ({ print }, { key, passphraseEnv }: SignOptions, [folder = '']) => {
        await signPatch(folder, { privateKey: await openedKey(key, passphraseEnv) })
        print(`Signed ${folder}: the signature is in model.sig.`, { folder, signature: 'model.sig' })
      }),
    )
  return addExamples(requireOptions(command, '--key'), [
    'Sign a release',
    'policypatch sign patches/harmfulness --key release.pem',
  ])
}

interface VerifyOptions {
  readonly key: readonly string[]
}

/** `verify`: holds a patch to its signature. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('verify that a patch is as one of the given keys signed it')
    .argument('<patch>', 'its folder')
    .option('--key <path...>', 'public keys that are trusted')
    .action(
      inContext(async ({ print }, { key }: VerifyOptions, [folder = '']) => {
        const publicKeys = await Promise.all(key.map((path) => readText(path)))
        const verified = await verifyPatch(folder, { publicKeys })
        print(
          `${folder} is as it was signed: ${verified.files.length} files, by the key ${verified.key}.`,
          verified,
        )
      }),
    )
  return addExamples(requireOptions(command, '--key'), [
    'Verify a download',
    'policypatch verify patches/harmfulness --key release.pub',
  ])
}

/** The private key in a file as PKCS #8 without a passphrase; it stays in memory. */
async function openedKey(path: string, passphraseEnv: string | undefined): Promise<string> {
  const pem = await readText(path)
  if (!pem.includes('PRIVATE KEY')) return pem
  const passphrase = passphraseEnv === undefined ? undefined : passphraseIn(passphraseEnv)
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
  } catch (cause) {
    const isEncrypted = pem.includes('ENCRYPTED')
    throw new PatchError('INVALID_ARGUMENT', {
      expected: isEncrypted ? `the passphrase of ${path}` : `a private key in ${path}`,
      found: !isEncrypted ? 'one that is damaged' : passphrase === undefined ? 'none' : 'another',
      remedy: isEncrypted
        ? 'Name the environment variable that has it with --passphrase-env'
        : 'Make a pair with `policypatch keygen`',
      cause,
    })
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function passphraseIn(name: string): string {
  const { [name]: passphrase } = process.env
  if (passphrase) return passphrase
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a passphrase in the environment variable ${name}`,
    found: 'none',
    remedy: 'Set it, or leave --passphrase-env out',
  })
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new PatchError('NOT_FOUND', {
      expected: `a key in ${path}`,
      found: 'no readable file',
      remedy: 'Check the path, or make a pair with `policypatch keygen`',
      cause,
    })
  }
}

function refuseToReplace(path: string): void {
  if (!existsSync(path)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `no file at ${path}`,
    found: 'one',
    remedy: 'Choose another --out: a key that is lost cannot sign again',
  })
}
