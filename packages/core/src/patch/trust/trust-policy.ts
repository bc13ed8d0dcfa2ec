/**
 * A trust policy, a JSON file: whose patches are accepted, for which base models and domains, how many must have signed, and
 * which measured effects are required. Every rule that applies to a patch must hold; a patch to which no rule applies is refused.
 */

import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import { isPrintableLine } from '../../text/printable.ts'

/** A signer whose signatures count: the holder of a key, a certificate, or a Sigstore identity. */
export type PolicySigner =
  | { readonly publicKey: string }
  | {
      /** PEM of the authorities that must have issued the certificate. */
      readonly certificateAuthority: string
      /** The email address, URI or common name in the signer's certificate. */
      readonly subject: string
    }
  | {
      /** As in the certificate: an email address, or the URI of a workflow. */
      readonly identity: string
      /** The identity's OpenID Connect issuer, by address. */
      readonly issuer: string
    }

/** A measurement that a patch must have. */
export interface RequiredEffect {
  readonly metric: string
  readonly judge?: string
  readonly data?: string
  /** Minimum number of examples. */
  readonly n?: number
  /** Maximum for the upper end of the 95% interval with the patch. */
  readonly atMost?: number
  /** Minimum for its lower end. */
  readonly atLeast?: number
}

export interface TrustRule {
  /**
   * Base models: a Hub id, `owner/*` or `*`, as claimed by the signer; or the fingerprint or digest of the weights. Default: all.
   */
  readonly bases?: readonly string[]
  /** Default: all. */
  readonly domains?: readonly string[]
  /** Patch names, where `*` stands for any characters. Default: all. */
  readonly patches?: readonly string[]
  /** Names of `signers`. */
  readonly signers: readonly string[]
  /** Minimum number of them that must have signed. Default 1. */
  readonly threshold?: number
  readonly effects?: readonly RequiredEffect[]
  /** Requires a signed provenance. Default false. */
  readonly provenance?: boolean
  /**
   * Requires the digest of all the base's weights in the manifest, and the same digest of the model it is applied to. Default
   * false.
   */
  readonly weightsDigest?: boolean
}

export interface TrustPolicy {
  readonly format: 'policypatch-trust/v1'
  readonly signers: Readonly<Record<string, PolicySigner>>
  readonly rules: readonly TrustRule[]
}

const line = z
  .string()
  .check(z.minLength(1), z.maxLength(1000), z.refine(isPrintableLine, 'is not one printable line'))
const pem = z.string().check(z.maxLength(100_000), z.regex(/-----BEGIN [A-Z ]+-----/, 'is not PEM'))
const name = z
  .string()
  .check(z.regex(/^[\w.@-]{1,100}$/, 'is not 1 to 100 of letters, digits, ".", "_", "@", "-"'))
const names = z.array(line).check(z.minLength(1), z.maxLength(1000))

const signer = z.union([
  z.strictObject({ publicKey: pem }),
  z.strictObject({ certificateAuthority: pem, subject: line }),
  z.strictObject({ identity: line, issuer: line }),
])

const effect = z
  .strictObject({
    metric: line,
    judge: z.exactOptional(line),
    data: z.exactOptional(line),
    n: z.exactOptional(z.int().check(z.minimum(1))),
    atMost: z.exactOptional(z.number()),
    atLeast: z.exactOptional(z.number()),
  })
  .check(
    z.refine(
      ({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined,
      'needs atMost or atLeast',
    ),
  )

const rule = z
  .strictObject({
    bases: z.exactOptional(names),
    domains: z.exactOptional(names),
    patches: z.exactOptional(names),
    signers: names,
    threshold: z.exactOptional(z.int().check(z.minimum(1))),
    effects: z.exactOptional(z.array(effect).check(z.maxLength(100))),
    provenance: z.exactOptional(z.boolean()),
    weightsDigest: z.exactOptional(z.boolean()),
  })
  .check(
    z.refine(({ signers, threshold = 1 }) => threshold <= new Set(signers).size, {
      error: 'asks for more signatures than it has signers',
      path: ['threshold'],
    }),
  )

// Unknown fields are refused: a misspelled condition would have no effect.
const schema: z.ZodMiniType<TrustPolicy> = z
  .strictObject({
    format: z.literal('policypatch-trust/v1'),
    signers: z.record(name, signer),
    rules: z.array(rule).check(z.maxLength(1000)),
  })
  .check(
    z.superRefine(({ signers, rules }, context) => {
      for (const [i, one] of rules.entries()) {
        const unknown = one.signers.filter((each) => !Object.hasOwn(signers, each))
        if (unknown.length === 0) continue
        const message = `names ${unknown.slice(0, 3).join(', ')}, not among the signers`
        context.addIssue({ code: 'custom', path: ['rules', i, 'signers'], message })
      }
    }),
  )

/**
 * Parses a trust policy. `MALFORMED` lists every bad field at once; `TRUNCATED`; `UNSUPPORTED` for a later format.
 *
 * @param name the file's path, for messages
 */
export function parseTrustPolicy(bytes: Uint8Array, name = 'trust.json'): TrustPolicy {
  const value = parseJsonFile(bytes, name, 'Correct the file: no patch is taken before')
  const { format } = value
  if (typeof format === 'string' && /^policypatch-trust\/v(?!1$)\d+$/.test(format)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${name} in format policypatch-trust/v1`,
      found: `format ${format}`,
      remedy: 'Update policypatch: the policy was written for a later version',
    })
  }
  return checkedPolicy(value, name)
}

/** Checks a policy that was not parsed from JSON. `MALFORMED` as above. */
export function checkedPolicy(value: unknown, name: string): TrustPolicy {
  const result = checkShape(schema, value)
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${name} to follow policypatch-trust/v1`,
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields: no patch is taken before',
  })
}
