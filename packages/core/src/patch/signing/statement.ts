import { PatchError } from '../../errors.ts'
import { sha256 } from '../../sha256.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { describeValue } from '../../text/describe-value.ts'
import { bytesOfHex } from '../../text/encoded-bytes.ts'
import { ignoredPaths, isSigned } from './signature-files.ts'

/** The type of the statement's predicate: https://github.com/sigstore/model-transparency. */
const predicateType = 'https://model_signing/signature/v1.0'
export const statementType = 'https://in-toto.io/Statement/v1'

/** One signed file: its path in the folder, and its digest in hex. */
interface Resource {
  readonly name: string
  readonly algorithm: string
  readonly digest: string
}

/** An in-toto statement of OpenSSF model signing: the files of a folder, with the SHA-256 of each. */
export interface Statement {
  readonly _type: string
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[]
  readonly predicateType: string
  readonly predicate: {
    readonly serialization: Readonly<Record<string, unknown>>
    readonly resources: readonly Resource[]
  }
}

/**
 * A statement about the files of a folder.
 *
 * @param name the statement's name for the folder
 * @param files by path in the folder; the signature itself is left out
 */
export async function statementOf(
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Statement> {
  const names = Object.keys(files).filter(isSigned).sort()
  const resources: Resource[] = []
  for (const file of names) {
    const digest = await sha256(files[file] as Uint8Array)
    resources.push({ name: file, algorithm: 'sha256', digest })
  }
  return {
    _type: statementType,
    subject: [{ name, digest: { sha256: await rootDigest(resources) } }],
    predicateType,
    predicate: {
      serialization: {
        ...{ method: 'files', hash_type: 'sha256', allow_symlinks: false },
        ignore_paths: ignoredPaths,
      },
      resources,
    },
  }
}

/** SHA-256 of the concatenated digests of all files, in the statement's order. */
async function rootDigest(resources: readonly Resource[]): Promise<string> {
  const all = new Uint8Array(32 * resources.length)
  for (const [i, { digest }] of resources.entries()) all.set(bytesOfHex(digest), 32 * i)
  return sha256(all)
}

/** Parses a statement. `SIGNATURE_INVALID` for another kind of statement, or inconsistent digests. */
export async function parseStatement(bytes: Uint8Array): Promise<Statement> {
  let found: Partial<Statement>
  try {
    found = strictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Statement>
  } catch (cause) {
    throw otherStatement('no JSON', cause)
  }
  const { predicate, subject } = found ?? {}
  if (found?._type !== statementType) throw otherStatement(`type ${describeValue(found?._type)}`)
  if (found.predicateType !== predicateType) {
    throw otherStatement(`predicate ${describeValue(found.predicateType)}`)
  }
  const { resources, serialization } = predicate ?? {}
  const [only, ...more] = Array.isArray(subject) ? subject : []
  if (!only || more.length > 0) throw otherStatement('not exactly one subject')
  if (serialization?.method !== 'files') {
    throw otherStatement(`serialization ${describeValue(serialization?.method)}`)
  }
  if (!Array.isArray(resources) || !resources.every(isResource)) throw otherStatement('malformed resources')
  if (new Set(resources.map(({ name }) => name)).size < resources.length) {
    throw otherStatement('a file that is named twice')
  }
  if (only.digest?.sha256 !== (await rootDigest(resources))) {
    throw otherStatement('a digest of all files that is not that of its list')
  }
  return found as Statement
}

const isResource = (one: unknown): one is Resource => {
  const { name, algorithm, digest } = (one ?? {}) as Partial<Resource>
  return typeof name === 'string' && algorithm === 'sha256' && /^[0-9a-f]{64}$/.test(`${digest}`)
}

const otherStatement = (found: string, cause?: unknown) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `an in-toto statement of files with SHA-256 (${predicateType})`,
    found,
    remedy: 'Ask the publisher to sign the patch again',
    cause,
  })

/**
 * Checks that the files of a folder are exactly those of a statement.
 *
 * @param names of everything in the folder: a file that was not read counts as changed
 * @throws PatchError `SIGNATURE_INVALID`, naming files that are changed, missing or added
 */
export async function checkFiles(
  { predicate: { resources } }: Statement,
  files: Readonly<Record<string, Uint8Array>>,
  names: readonly string[] = Object.keys(files),
): Promise<void> {
  const expected = new Map(resources.map(({ name, digest }) => [name, digest]))
  const signed = [...new Set([...Object.keys(files), ...names])].filter(isSigned)
  const added = signed.filter((name) => !expected.has(name))
  const missing = [...expected.keys()].filter((name) => !signed.includes(name))
  const changed: string[] = []
  for (const [name, digest] of expected) {
    const bytes = files[name]
    if (signed.includes(name) && digest !== (bytes && (await sha256(bytes)))) changed.push(name)
  }
  const faults = [
    ...changed.map((name) => `${name} changed`),
    ...missing.map((name) => `${name} missing`),
    ...added.map((name) => `${name} added`),
  ]
  if (faults.length === 0) return
  throw new PatchError('SIGNATURE_INVALID', {
    expected: `the ${expected.size} files that were signed`,
    found: faults.slice(0, 5).join(', ') + (faults.length > 5 ? ` and ${faults.length - 5} more` : ''),
    remedy: 'The patch is not the one that was signed; download it again',
  })
}
