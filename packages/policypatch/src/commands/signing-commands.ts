import { createRequire } from 'node:module'
import { fileStorage } from '@policypatch/backend-node'
import {
  addSignature,
  signPatch,
  type TrustedSigner,
  type VerifiedPatch,
  verifyPatch,
} from '@policypatch/core/patch'
import { Command } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { openRegistry } from '../open-registry.ts'
import { readPatch } from '../patches/read-patch.ts'
import { readTrust } from '../patches/trust-file.ts'
import { readText, type SignerOptions, signerOf } from './signer-options.ts'

interface SignOptions extends SignerOptions {
  readonly add?: boolean
}

/** `sign`: signs the files of a patch in the format of OpenSSF model signing, with a statement of how it was made. */
export function signCommand(): Command {
  const command = new Command('sign')
    .description(
      "sign a patch's files: model.sig is written beside them, and provenance.sigstore.json, which says how the patch was made",
    )
    .argument('<patch>', 'its folder')
    .option('--key <path>', 'private key, as keygen writes it')
    .option('--passphrase-env <name>', 'environment variable with the passphrase of the key')
    .option(
      '--certificate <path>',
      "the key's certificate in PEM, and after it those between it and the authority's",
    )
    .option(
      '--identity-token-env <name>',
      'sign as a Sigstore identity: environment variable with a token of an OpenID Connect issuer, for the audience sigstore',
    )
    .option('--authority <url>', "the identity's certificate authority (default: Sigstore's)")
    .option('--log <url>', "the transparency log for identities (default: Sigstore's)")
    .option('--add', 'add another signature over the same files')
    .action(
      inContext(async ({ print, usageError }, options: SignOptions, [folder = '']) => {
        const signer = await signerOf(options, usageError)
        const signature = options.add
          ? await addSignature(folder, { signer })
          : await signPatch(folder, { signer, version }).then(() => 'model.sig')
        print(`Signed ${folder}: the signature is in ${signature}.`, { folder, signature })
      }),
    )
  return addExamples(
    command,
    ['Sign a release', 'policypatch sign patches/harmfulness --key release.pem'],
    ['A second signature, by an auditor', 'policypatch sign patches/harmfulness --key auditor.pem --add'],
    [
      'With a certificate',
      'policypatch sign patches/harmfulness --key release.pem --certificate release.crt',
    ],
    ['In CI, as its identity', 'policypatch sign patches/harmfulness --identity-token-env SIGSTORE_ID_TOKEN'],
  )
}

const { version } = createRequire(import.meta.url)('policypatch/package.json') as { version: string }

interface VerifyOptions {
  readonly key?: readonly string[]
  readonly certificateAuthority?: readonly string[]
  readonly subject?: string
  readonly identity?: string
  readonly issuer?: string
  readonly trustedRoot?: string
  readonly trust?: string
}

/** `verify`: checks a patch against its signatures. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('verify that a patch was signed by someone you trust')
    .argument('<patch>', 'its folder')
    .option('--key <path...>', 'public keys that are trusted')
    .option('--certificate-authority <path...>', 'authorities, in PEM, whose certificates are trusted')
    .option('--subject <name>', 'the email address, URI or common name in the certificate (default: any)')
    .option(
      '--identity <name>',
      'a Sigstore identity that is trusted: an email address, or the URI of a workflow',
    )
    .option('--issuer <url>', 'the OpenID Connect issuer that vouches for the identity')
    .option('--trusted-root <path>', "authorities and logs of identities, in JSON (default: Sigstore's)")
    .option('--trust <policy>', 'a trust policy, a JSON file or a module, in place of the other options')
    .action(
      inContext(async (context, options: VerifyOptions, [folder = '']) => {
        const verified = await verifiedBy(context, options, folder)
        const signers = verified.signers.map(({ kind, name }) => `${kind} ${name}`)
        const made = verified.provenance ? '; its provenance is right' : ''
        context.print(
          `${folder} is as it was signed: ${verified.files.length} files, by the ${signers.join(' and the ')}${made}.`,
          verified,
        )
      }),
    )
  return addExamples(
    command,
    ['Verify a download', 'policypatch verify patches/harmfulness --key release.pub'],
    [
      'Signed by a CI workflow',
      'policypatch verify patches/harmfulness --identity release@example.com --issuer https://accounts.example.com',
    ],
    ['By a trust policy', 'policypatch verify patches/harmfulness --trust trust.json'],
  )
}

async function verifiedBy(
  { usageError }: CommandContext,
  { key = [], certificateAuthority = [], subject, identity, issuer, trustedRoot, trust }: VerifyOptions,
  folder: string,
): Promise<VerifiedPatch> {
  if ((identity === undefined) !== (issuer === undefined))
    usageError('--identity and --issuer need one another')
  if (subject !== undefined && certificateAuthority.length === 0)
    usageError('--subject needs --certificate-authority')
  const signers: (TrustedSigner | string)[] = await Promise.all(key.map((path) => readText(path, 'a key')))
  if (certificateAuthority.length > 0 || identity !== undefined) {
    const { trustedCertificate, trustedIdentity } = await openRegistry()
    const authorities = await Promise.all(certificateAuthority.map((path) => readText(path, 'a certificate')))
    if (authorities.length > 0)
      signers.push(trustedCertificate({ authorities: authorities.join('\n'), subject }))
    if (identity !== undefined && issuer !== undefined) {
      const root = trustedRoot === undefined ? undefined : await fileStorage().read(trustedRoot)
      signers.push(await trustedIdentity({ identity, issuer, trustedRoot: root }))
    }
  }
  if (trust === undefined) {
    if (signers.length === 0) usageError('pass --key, --certificate-authority, --identity or --trust')
    return verifyPatch(folder, { signers })
  }
  if (signers.length > 0) usageError('--trust stands in place of the signers')
  const policy = await readTrust(trust, { trustedRoot })
  let verified: VerifiedPatch | undefined
  await readPatch(folder, {
    trust: {
      ...policy,
      verify: async (...read) => {
        verified = await policy.verify(...read)
        return verified
      },
    },
  })
  return verified as VerifiedPatch
}
