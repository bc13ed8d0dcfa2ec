import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import { keySigner, type PatchSigner } from '@policypatch/core/patch'
import type { CommandContext } from '../cli/command-context.ts'
import { openRegistry } from '../open-registry.ts'
import { secretIn } from '../options/option-values.ts'

/** Options of commands that sign. */
export interface SignerOptions {
  readonly key?: string
  readonly passphraseEnv?: string
  readonly certificate?: string
  readonly identityTokenEnv?: string
  readonly authority?: string
  readonly log?: string
}

/** Opens the signer: a key, a key with its certificate, or a Sigstore identity. */
export async function signerOf(
  options: SignerOptions,
  usageError: CommandContext['usageError'],
): Promise<PatchSigner> {
  const { key, passphraseEnv, certificate, identityTokenEnv, authority, log } = options
  if ((key === undefined) === (identityTokenEnv === undefined)) {
    usageError('pass --key, or --identity-token-env in its place')
  }
  if (identityTokenEnv !== undefined) {
    if (certificate !== undefined) usageError('--certificate is of a key')
    const { identitySigner } = await openRegistry()
    return identitySigner({ identityToken: secretIn(identityTokenEnv, 'a token'), authority, log })
  }
  if (authority !== undefined || log !== undefined) usageError('--authority and --log are of identities')
  const privateKey = await openedKey(key as string, passphraseEnv)
  if (certificate === undefined) return keySigner(privateKey)
  const { certificateSigner } = await openRegistry()
  return certificateSigner({ privateKey, certificate: await readText(certificate, 'a certificate') })
}

/** Reads a private key as PKCS #8 without a passphrase. The decrypted key stays in memory. */
async function openedKey(path: string, passphraseEnv: string | undefined): Promise<string> {
  const pem = await readText(path, 'a key')
  if (!pem.includes('PRIVATE KEY')) return pem
  const passphrase = passphraseEnv === undefined ? undefined : secretIn(passphraseEnv, 'a passphrase')
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

/** The text of a key or certificate. Throws `NOT_FOUND` if there is no such file. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new PatchError('NOT_FOUND', {
      expected: `${what} in ${path}`,
      found: 'no readable file',
      remedy: 'Check the path; `policypatch keygen` makes a pair of keys',
      cause,
    })
  }
}
