import { PatchError } from '@policypatch/core'
import * as z from 'zod/mini'

/** A file of a repository, as targets metadata lists it. */
export interface TargetFile {
  /** Bytes. */
  readonly length: number
  /** Digests in hexadecimal, by their algorithm. */
  readonly hashes: Readonly<Record<string, string>>
  readonly custom?: unknown
}

/** A role that part of the files is delegated to. */
export interface Delegation {
  readonly name: string
  readonly keyids: readonly string[]
  readonly threshold: number
  /** Whether roles after it are ignored for its paths. */
  readonly terminating: boolean
  /** Path patterns; `*` and `?` do not match slashes. */
  readonly paths?: readonly string[]
}

/** The signed part of targets metadata (TUF 1.0, §4.5), as far as it is used. */
export interface TargetsRole {
  readonly version: number
  readonly expires: string
  readonly targets: Readonly<Record<string, TargetFile>>
  readonly delegations?: {
    readonly keys: Readonly<Record<string, unknown>>
    readonly roles?: readonly Delegation[]
  }
}

const count = z.int().check(z.minimum(1))

const targetsRole: z.ZodMiniType<TargetsRole> = z.object({
  version: count,
  expires: z.string(),
  targets: z.record(
    z.string(),
    z.object({
      length: z.int().check(z.minimum(0)),
      hashes: z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]+$/))),
      custom: z.exactOptional(z.unknown()),
    }),
  ),
  delegations: z.exactOptional(
    z.object({
      keys: z.record(z.string(), z.unknown()),
      roles: z.exactOptional(
        z.array(
          z.object({
            name: z.string(),
            keyids: z.array(z.string()),
            threshold: count,
            terminating: z.boolean(),
            paths: z.exactOptional(z.array(z.string())),
          }),
        ),
      ),
    }),
  ),
})

/** Parses the signed part of verified targets metadata. Throws `MALFORMED` if it does not fit the schema. */
export function parseTargetsRole(signed: unknown, name: string): TargetsRole {
  const result = targetsRole.safeParse(signed)
  if (result.success) return result.data
  throw malformedMetadata(name, result.error)
}

/** The error for metadata that does not fit its schema. It names the fields, but not their values. */
export function malformedMetadata(name: string, error: z.core.$ZodError): PatchError {
  const fields = error.issues.slice(0, 5).map(({ path }) => path.join('.') || 'the whole')
  return new PatchError('MALFORMED', {
    expected: `metadata of The Update Framework in ${name}`,
    found: `bad fields: ${fields.join(', ')}`,
    remedy: 'Ask the publisher of the repository; nothing of it is used',
    cause: error,
  })
}
