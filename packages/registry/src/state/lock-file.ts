import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues, isPrintableLine, parseJsonFile } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { parseWanted, type SourceSpec } from '../sources/source-spec.ts'
import { lockFileName } from './state-place.ts'

/** A patch in use, with its exact version and content. */
export interface LockedPatch {
  readonly version: string
  /** SHA-256 (hex) of its patch.json, which holds those of its other files. */
  readonly digest: string
  /** Its exact source, such as `repository:acme`, `npm:@acme/harmfulness`, `hf:owner/name@<commit>`, `file:path`. */
  readonly source: string
  /** What policypatch.json asked for when it was chosen; absent if it is only there because another patch requires it. */
  readonly wanted?: string
  /** Whose signatures were verified when it was installed. */
  readonly signers: readonly string[]
}

/** The patches of one base model by their names. */
export type LockedPatches = Readonly<Record<string, LockedPatch>>

/** policypatch.lock: what is used, by base model. */
export interface LockFile {
  readonly models: Readonly<Record<string, LockedPatches>>
}

const format = 'policypatch-lock/v1'
const line = z
  .string()
  .check(z.minLength(1), z.maxLength(2000), z.refine(isPrintableLine, 'is not one printable line'))

export const lockedSchema: z.ZodMiniType<LockedPatch> = z.strictObject({
  version: line,
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal')),
  source: line,
  wanted: z.exactOptional(line),
  signers: z.array(line).check(z.maxLength(100)),
})

const schema = z.strictObject({
  format: z.literal(format),
  models: z.record(line, z.record(line, lockedSchema)),
})

export const emptyLock: LockFile = { models: {} }

/** Reads policypatch.lock. `MALFORMED` lists every bad field at once; `TRUNCATED`; `UNSUPPORTED` for a later format. */
export function parseLockFile(bytes: Uint8Array, path = lockFileName): LockFile {
  const value = parseJsonFile(bytes, path)
  if (typeof value.format === 'string' && /^policypatch-lock\/v(?!1$)\d+$/.test(value.format)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${path} in format ${format}`,
      found: `format ${value.format}`,
      remedy: 'Update policypatch: the file was written by a later version',
    })
  }
  const result = checkShape(schema, value)
  if (result.success) return { models: result.data.models }
  throw new PatchError('MALFORMED', {
    expected: `${path} to follow ${format}`,
    found: describeIssues(result.error.issues),
    remedy: 'Take the file as it was committed, or remove it and run `policypatch install`',
  })
}

/** The text of policypatch.lock, the same for the same patches. */
export function formatLockFile({ models }: LockFile): string {
  const sorted = <T>(record: Readonly<Record<string, T>>) =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  const kept = sorted(models)
    .filter(([, patches]) => Object.keys(patches).length > 0)
    .map(([model, patches]) => [model, Object.fromEntries(sorted(patches))])
  return `${JSON.stringify({ format, models: Object.fromEntries(kept) }, null, 2)}\n`
}

/** The exact source of a locked version. */
export function lockedSpec(name: string, { source, version }: LockedPatch): SourceSpec {
  if (source.startsWith('repository:')) {
    return { kind: 'repository', name, range: version, repository: source.slice('repository:'.length) }
  }
  const spec = parseWanted(name, source)
  return spec.kind === 'npm' ? { ...spec, range: version } : spec
}
