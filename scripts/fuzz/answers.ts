import fc from 'fast-check'
import { utf8 } from './fuzzed-reader.ts'
import { changedJson, treeOf } from './json-tree.ts'

/** HTTP statuses, mostly 200. */
export const statuses = fc.oneof(
  { weight: 12, arbitrary: fc.constant('200') },
  fc.constantFrom('204', '302', '400', '401', '404', '429', '500', '503', '299'),
)

/** Values with some parts changed, as JSON. */
export const changed = (values: readonly unknown[], texts: fc.Arbitrary<string>) =>
  changedJson(fc.constantFrom(...values).map(treeOf), texts).map(utf8)
export const decoded = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

/** A response with these bytes as its body, if the status allows one. */
export function answer(
  bytes: Uint8Array | undefined,
  status: number,
  headers: Record<string, string> = {},
): Response {
  return new Response(status === 204 ? null : (bytes ?? new Uint8Array(0)).slice(), { status, headers })
}
