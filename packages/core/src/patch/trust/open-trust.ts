import { PatchError } from '../../errors.ts'
import type { PatchManifest } from '../manifest.ts'
import type { PatchContents } from '../patch.ts'
import { type TrustedSigner, trustedKey } from '../signing/signer.ts'
import type { VerifiedPatch } from '../signing/verify-signatures.ts'
import { effectFaults } from './required-effects.ts'
import { type Trust, trustSigners } from './trust.ts'
import { checkedPolicy, type PolicySigner, type TrustPolicy, type TrustRule } from './trust-policy.ts'

/** Creates verifiers for a policy's signers without public keys; `@policypatch/registry` provides one. */
export type SignerOpener = (
  signer: Exclude<PolicySigner, { readonly publicKey: string }>,
  name: string,
) => Promise<TrustedSigner>

export interface OpenTrustOptions {
  /** For signers with certificates or identities. Without it, a policy with such signers is refused. */
  readonly openSigner?: SignerOpener | undefined
}

/**
 * Makes a policy usable as a trust.
 *
 * @throws PatchError `MALFORMED` for an invalid policy; `INVALID_ARGUMENT` for a signer whose key or certificate is invalid, and
 *   for duplicate signers; `UNSUPPORTED` for a signer that needs `openSigner`
 */
export async function openTrust(policy: TrustPolicy, { openSigner }: OpenTrustOptions = {}): Promise<Trust> {
  const { signers, rules } = checkedPolicy(policy, 'the policy')
  const trusted: TrustedSigner[] = []
  const known = new Map<string, string>()
  for (const [name, signer] of Object.entries(signers)) {
    const key = 'publicKey' in signer ? await trustedKey(signer.publicKey, name) : undefined
    // The same signer under two names would count twice.
    const id = key ? key.id : JSON.stringify(Object.entries(signer).sort())
    const other = known.get(id)
    if (other !== undefined) throw twice(name, other)
    known.set(id, name)
    trusted.push(key ?? (await (openSigner ?? cannotOpen)(signer as Parameters<SignerOpener>[0], name)))
  }
  return trustSigners(trusted, {
    accept({ manifest }, verified) {
      const own = rulesFor(rules, manifest)
      if (own.length === 0) throw refused(manifest, [`no rule for ${describeBase(manifest)}`])
      const faults = own.flatMap((rule) => faultsBy(rule, manifest, verified))
      if (faults.length > 0) throw refused(manifest, [...new Set(faults)])
    },
    fits(patch, model) {
      if (!rulesFor(rules, patch.manifest).some((rule) => rule.weightsDigest)) return
      checkDigest(patch, model.weightsDigest)
    },
  })
}

const cannotOpen: SignerOpener = async (_, name) => {
  throw new PatchError('UNSUPPORTED', {
    expected: 'signers with public keys',
    found: `${name}, a signer with certificates or an identity`,
    remedy: 'Pass openSigner of @policypatch/registry, in Node',
  })
}

const twice = (name: string, other: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'each signer of the policy once',
    found: `${name} and ${other}, which are the same`,
    remedy: 'Remove one of them: it would count twice',
  })

const rulesFor = (rules: readonly TrustRule[], { name, domain, base }: PatchManifest): readonly TrustRule[] =>
  rules.filter(
    ({ bases, domains, patches }) =>
      isAmong(bases, [base.id, base.weights, base.digest]) &&
      isAmong(domains, [domain]) &&
      isAmong(patches, [name]),
  )

/** Whether one of the values matches one of the patterns. */
const isAmong = (patterns: readonly string[] | undefined, values: readonly (string | undefined)[]): boolean =>
  !patterns ||
  patterns.some((pattern) => values.some((value) => value !== undefined && isLike(value, pattern)))

/** Whether a value matches a pattern, in which `*` stands for any characters. Takes time linear in their lengths. */
function isLike(value: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return value === pattern
  if (!value.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = value.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return value.length - last.length >= at && value.endsWith(last)
}

/** The requirements of a rule that a patch does not meet. */
function faultsBy(
  { signers, threshold = 1, effects = [], provenance, weightsDigest }: TrustRule,
  manifest: PatchManifest,
  verified: VerifiedPatch,
): string[] {
  const signed = verified.signers.filter(({ name }) => signers.includes(name))
  return [
    ...(signed.length < threshold
      ? [
          `signatures by ${signed.length} of the signers ${signers.join(', ')}, where ${threshold} must have signed`,
        ]
      : []),
    ...effects.flatMap((effect) => effectFaults(effect, manifest.effects)),
    ...(provenance && !verified.provenance ? ['no provenance'] : []),
    ...(weightsDigest && manifest.base.digest === undefined ? ["no digest of the base's weights"] : []),
  ]
}

function checkDigest({ manifest }: PatchContents, found: string | undefined): void {
  if (found !== undefined && found === manifest.base.digest) return
  throw new PatchError('NOT_TRUSTED', {
    expected: `a model whose weights have the digest ${manifest.base.digest}`,
    found: found ?? 'a model that was loaded without its digest',
    remedy:
      found === undefined ? 'Load it with weightsDigest: true' : 'Load the model that the patch was made for',
  })
}

const describeBase = ({ name, domain, base }: PatchManifest) => `${name}, domain ${domain}, base ${base.id}`

const refused = ({ name, version }: PatchManifest, faults: readonly string[]) =>
  new PatchError('NOT_TRUSTED', {
    expected: `${name} ${version} to be what the trust policy takes`,
    found: faults.join('; '),
    remedy: 'Ask its publisher for a release that has it, or change the policy',
  })
