import type { PatchError } from '@policypatch/core'
import { parseJsonFile } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { malformedMetadata, parseTargetsRole, type TargetsRole } from '../targets-role.ts'

/** Signed metadata: the signed part, as it was sent, and the signatures. */
export interface Envelope {
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
  readonly signed: { readonly _type: string; readonly version: number; readonly expires: string }
}

export interface TufRole {
  readonly keyids: readonly string[]
  readonly threshold: number
}

export interface TufPublicKey {
  readonly keytype: string
  readonly scheme: string
  readonly keyval: { readonly public: string }
}

/** The version of another metadata file, with its length and digests if they are given. */
export interface MetaFile {
  readonly version: number
  readonly length?: number | undefined
  readonly hashes?: Readonly<Record<string, string>> | undefined
}

export interface RootMetadata {
  readonly version: number
  readonly expires: string
  readonly consistent_snapshot: boolean
  readonly keys: Readonly<Record<string, TufPublicKey>>
  readonly roles: Readonly<Record<'root' | 'targets' | 'snapshot' | 'timestamp', TufRole>>
}

/** Metadata of a snapshot or a timestamp. */
export interface MetaMetadata {
  readonly version: number
  readonly expires: string
  readonly meta: Readonly<Record<string, MetaFile>>
}

const count = z.int().check(z.minimum(1))
const hex = z.string().check(z.regex(/^[0-9a-f]*$/))
const date = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/))

const envelope = z.object({
  signatures: z.array(z.object({ keyid: z.string(), sig: hex })),
  signed: z.looseObject({
    _type: z.string(),
    spec_version: z.string().check(z.regex(/^1\./)),
    version: count,
    expires: date,
  }),
})

const role = z.object({ keyids: z.array(z.string()), threshold: count })
/** Keys of unknown kinds may be listed beside the known ones. */
export const publicKeys = z.record(
  z.string(),
  z.object({ keytype: z.string(), scheme: z.string(), keyval: z.object({ public: z.string() }) }),
)

const common = { version: count, expires: date }
const rootSchema = z.object({
  ...common,
  consistent_snapshot: z.boolean(),
  keys: publicKeys,
  roles: z.object({ root: role, targets: role, snapshot: role, timestamp: role }),
})
const metaSchema = z.object({
  ...common,
  meta: z.record(
    z.string(),
    z.object({
      version: count,
      length: z.optional(z.int().check(z.minimum(1))),
      hashes: z.optional(z.record(z.string(), hex)),
    }),
  ),
})

/**
 * Parses signed metadata of a type without verifying it. Throws `MALFORMED` for another form, another type or a later
 * specification.
 */
export function parseEnvelope(bytes: Uint8Array, type: string, name: string): Envelope {
  const value = parseJsonFile(bytes, name, 'Ask the owner of the repository; nothing of it is used')
  const result = z
    .extend(envelope, { signed: z.extend(envelope.shape.signed, { _type: z.literal(type) }) })
    .safeParse(value)
  if (!result.success) throw malformed(name, result.error)
  // Return the original value: the signature covers everything that was sent, known or not.
  return value as unknown as Envelope
}

const parsed = <T>(schema: z.ZodMiniType<T>, signed: unknown, name: string): T => {
  const result = schema.safeParse(signed)
  if (result.success) return result.data
  throw malformed(name, result.error)
}

const malformed = (name: string, error: z.core.$ZodError): PatchError => malformedMetadata(name, error)

export const rootOf = ({ signed }: Envelope, name: string): RootMetadata => parsed(rootSchema, signed, name)
export const metaOf = ({ signed }: Envelope, name: string): MetaMetadata => parsed(metaSchema, signed, name)
export const targetsOf = ({ signed }: Envelope, name: string): TargetsRole => parseTargetsRole(signed, name)
export const keysOf = (keys: unknown, name: string) => parsed(publicKeys, keys, name)
