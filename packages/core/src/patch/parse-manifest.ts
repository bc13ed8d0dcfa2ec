import { PatchError } from '../errors.ts'
import { parseJsonFile } from '../storage/parse-json-file.ts'
import { checkShape, describeIssues } from '../text/check-shape.ts'
import type { PatchManifest } from './manifest.ts'
import { draftSchema, manifestSchema } from './manifest-schema.ts'

/**
 * Reads patch.json. `MALFORMED` lists every bad field at once; `UNSUPPORTED` says that the patch is of a later
 * format; `TRUNCATED` that the text ends early.
 *
 * @param name the file's path, for messages
 */
export function parseManifest(bytes: Uint8Array, name = 'patch.json'): PatchManifest {
  const value = parseJsonFile(bytes, name)
  const { format } = value
  if (typeof format === 'string' && format !== 'policypatch/v1' && /^policypatch\/v\d+$/.test(format)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${name} in format policypatch/v1`,
      found: `format ${format}`,
      remedy: 'Update policypatch: the patch was written by a later version',
    })
  }
  const result = checkShape(manifestSchema, value)
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${name} to follow policypatch/v1`,
    found: describeIssues(result.error.issues),
    remedy: 'Download the patch again, or make it again',
  })
}

/** Checks a manifest that an author gives, before it is written. `INVALID_ARGUMENT` lists every bad field at once. */
export function checkManifest(manifest: PatchManifest): void {
  const result = checkShape(draftSchema, manifest)
  if (result.success) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a manifest that follows policypatch/v1',
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields of the manifest',
  })
}
