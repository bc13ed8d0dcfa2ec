import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues, parseJsonFile } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import type { CanaryPlan } from './canary.ts'
import type { StackPart } from './served-stack.ts'

/** What was changed while serving, so that it survives a restart. */
export interface ServedState {
  readonly defaults: readonly StackPart[]
  /** Earlier defaults, oldest first. */
  readonly earlier: readonly (readonly StackPart[])[]
  readonly canary?: CanaryPlan
}

const format = 'policypatch-serve-state/v1'
const text = z.string().check(z.minLength(1), z.maxLength(256))
const share = z.optional(z.number().check(z.minimum(0), z.maximum(1)))

/** A bound, as in requests and the state file. */
export const boundSchema = z.strictObject({
  minRefusal: share,
  maxOverRefusal: share,
  maxMoreRefusals: share,
  after: z._default(z.int().check(z.minimum(1), z.maximum(1_000_000)), 30),
})

const parts = z
  .array(
    z.strictObject({ name: text, version: text, weight: z.number().check(z.minimum(0), z.maximum(100)) }),
  )
  .check(z.maxLength(16))

const schema = z.strictObject({
  format: z.literal(format),
  defaults: parts,
  earlier: z.array(parts).check(z.maxLength(1000)),
  canary: z.exactOptional(
    z.strictObject({
      ...{ id: text, parts, bound: boundSchema },
      percent: z.number().check(z.minimum(0), z.maximum(100)),
    }),
  ),
})

/** Reads the file; undefined if there is none. `MALFORMED` lists every bad field at once. */
export async function readState(path: string): Promise<ServedState | undefined> {
  const storage = fileStorage()
  if (!(await storage.exists(path))) return undefined
  const result = checkShape(schema, parseJsonFile(await storage.read(path), path))
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${path} to follow ${format}`,
    found: describeIssues(result.error.issues),
    remedy: 'Restore it from a copy, or move it away to begin with the configuration',
  })
}

/** Writes the file completely or not at all. Several calls are written in order. */
export function stateWriter(path: string): (state: ServedState) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (state) => {
    const text = `${JSON.stringify({ format, ...state }, null, 2)}\n`
    const written = last.then(() => fileStorage().write(path, new TextEncoder().encode(text)))
    last = written.catch(() => undefined)
    return written
  }
}
