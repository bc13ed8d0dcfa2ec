/**
 * API keys. A key is 256 random bits, shown once. The file holds only its SHA-256, from which the key cannot be recovered. A
 * presented key is compared with all of them, in a time that does not depend on how close it comes.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues, describeValue, parseJsonFile } from '@policypatch/core/platform'
import * as z from 'zod/mini'

export interface ApiKey {
  /** The owner, for logs and limits. */
  readonly name: string
  /** SHA-256 of the key, in hexadecimal. */
  readonly sha256: string
  /** Whether it may change what is served. */
  readonly admin: boolean
  /** ISO 8601, UTC. */
  readonly created: string
}

const format = 'policypatch-keys/v1'
const schema = z.strictObject({
  format: z.literal(format),
  keys: z
    .array(
      z.strictObject({
        name: z
          .string()
          .check(z.regex(/^[\w.@-]{1,64}$/, 'is not a name of letters, digits, ".", "_", "@", "-"')),
        sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal')),
        admin: z.boolean(),
        created: z.string().check(z.maxLength(64)),
      }),
    )
    .check(z.maxLength(10_000)),
})

const sha256 = (key: string) => createHash('sha256').update(key).digest()

/** Finds the key that was presented; undefined if it is unknown. */
export function findKey(keys: readonly ApiKey[], presented: string): ApiKey | undefined {
  const hash = sha256(presented)
  let found: ApiKey | undefined
  for (const key of keys) if (timingSafeEqual(hash, Buffer.from(key.sha256, 'hex'))) found = key
  return found
}

/** Reads a file of keys. `MALFORMED` lists every bad field at once. */
export async function readKeys(path: string): Promise<readonly ApiKey[]> {
  const result = checkShape(schema, parseJsonFile(await fileStorage().read(path), path))
  if (result.success) return result.data.keys
  throw new PatchError('MALFORMED', {
    expected: `${path} to follow ${format}`,
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields; `policypatch api-key` writes the file',
  })
}

/**
 * Creates a key and adds it to a file, which is created if it does not exist.
 *
 * @returns the key, which is stored nowhere
 * @throws PatchError `INVALID_ARGUMENT` for a name that already has a key, or is not valid
 */
export async function addKey(path: string, name: string, { admin = false } = {}): Promise<string> {
  const storage = fileStorage()
  const keys = (await storage.exists(path)) ? await readKeys(path) : []
  if (keys.some((key) => key.name === name) || !/^[\w.@-]{1,64}$/.test(name)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a name of letters, digits, ".", "_", "@" and "-" that has no key in ${path}`,
      found: describeValue(name),
      remedy: 'Choose another name, or take the old key out of the file',
    })
  }
  const key = `pp-${randomBytes(32).toString('base64url')}`
  const added: ApiKey = {
    name,
    sha256: sha256(key).toString('hex'),
    admin,
    created: new Date().toISOString(),
  }
  const text = `${JSON.stringify({ format, keys: [...keys, added] }, null, 2)}\n`
  await storage.write(path, new TextEncoder().encode(text))
  return key
}
