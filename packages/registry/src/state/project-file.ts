import { PatchError } from '@policypatch/core'
import {
  checkShape,
  describeIssues,
  isPrintableLine,
  parseJsonFile,
  patchNamePattern,
} from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { projectFileName } from './state-place.ts'

/** A repository whose patches can be installed by name. */
export interface ConfiguredRepository {
  readonly url: string
  /** File of the trusted root metadata, relative to the folder of policypatch.json. */
  readonly root: string
}

/** policypatch.json: which patches are wanted. */
export interface ProjectFile {
  readonly repositories: Readonly<Record<string, ConfiguredRepository>>
  /**
   * The patches that are wanted, by base model (as patches name it) and by name: a range of versions, or a source, such as
   * `npm:@scope/name@range`, `hf:owner/name@revision`, `file:path` or a URL.
   */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const line = z
  .string()
  .check(z.minLength(1), z.maxLength(1000), z.refine(isPrintableLine, 'is not one printable line'))
const name = z.string().check(z.regex(patchNamePattern, 'is not a name of a-z, 0-9, ".", "_", "-"'))

// Unknown fields are rejected: a misspelled one would otherwise be silently ignored.
const schema = z.strictObject({
  repositories: z._default(z.record(name, z.strictObject({ url: z.url(), root: line })), {}),
  models: z._default(z.record(line, z.record(name, line)), {}),
})

export const emptyProject: ProjectFile = { repositories: {}, models: {} }

/** Reads policypatch.json. `MALFORMED` lists every bad field at once; `TRUNCATED`. */
export function parseProjectFile(bytes: Uint8Array, path = projectFileName): ProjectFile {
  const result = checkShape(schema, parseJsonFile(bytes, path))
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${path} with repositories and models`,
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields; nothing is installed before',
  })
}

/** The text of policypatch.json, without empty parts. */
export function formatProjectFile({ repositories, models }: ProjectFile): string {
  const some = (record: Readonly<Record<string, unknown>>) => Object.keys(record).length > 0
  const kept = Object.fromEntries(Object.entries(models).filter(([, wanted]) => some(wanted)))
  const value = { ...(some(repositories) && { repositories }), ...(some(kept) && { models: kept }) }
  return `${JSON.stringify(value, null, 2)}\n`
}

/** The project with another wanted patch, or without it if `wanted` is undefined. */
export function withWanted(
  project: ProjectFile,
  model: string,
  patch: string,
  wanted: string | undefined,
): ProjectFile {
  const { [patch]: _, ...others } = project.models[model] ?? {}
  const own = wanted === undefined ? others : { ...others, [patch]: wanted }
  const sorted = Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...project, models: { ...project.models, [model]: sorted } }
}
