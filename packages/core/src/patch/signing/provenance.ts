/**
 * A patch's origin: SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance), an in-toto statement about the patch's files. It
 * lists the inputs of training, each with its digest: the base model, the data by role, and composed patches; also the recipe and
 * the version of policypatch. All of it follows from patch.json, so that a verifier can compare the two.
 */

import { PatchError } from '../../errors.ts'
import { sha256 } from '../../sha256.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { PatchManifest } from '../manifest.ts'
import type { PatchFiles } from '../patch.ts'
import { isSigned, provenanceFile } from './signature-files.ts'
import { statementType } from './statement.ts'

const predicateType = 'https://slsa.dev/provenance/v1'
/** The build type of patches: a package URL of policypatch. */
const buildType = 'pkg:npm/policypatch#training/v1'
const builder = 'pkg:npm/policypatch'

/** A file or model that a patch was made from (in-toto's ResourceDescriptor). */
export interface ProvenanceMaterial {
  readonly name: string
  readonly uri?: string
  /** By algorithm: `sha256`, or the name of one of policypatch's own fingerprints. */
  readonly digest: Readonly<Record<string, string>>
}

/** SLSA provenance v1 of a patch. */
export interface Provenance {
  readonly _type: string
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicateType: string
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string
      readonly externalParameters: Readonly<Record<string, unknown>>
      readonly resolvedDependencies: readonly ProvenanceMaterial[]
    }
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version?: Readonly<Record<string, string>> }
      readonly metadata: { readonly finishedOn: string }
    }
  }
}

/**
 * The provenance of a patch.
 *
 * @param files the patch's; the signed ones, except the provenance itself, are its subject
 * @param version of policypatch
 */
export async function provenanceOf(
  manifest: PatchManifest,
  files: PatchFiles,
  version: string | undefined,
): Promise<Provenance> {
  return {
    _type: statementType,
    subject: await subjectOf(files),
    predicateType,
    predicate: {
      buildDefinition: buildDefinition(manifest),
      runDetails: {
        builder: { id: builder, ...(version !== undefined && { version: { policypatch: version } }) },
        metadata: { finishedOn: manifest.created },
      },
    },
  }
}

async function subjectOf(files: PatchFiles): Promise<Provenance['subject']> {
  const subject: Provenance['subject'][number][] = []
  for (const name of Object.keys(files)
    .filter((one) => isSigned(one) && one !== provenanceFile)
    .sort()) {
    subject.push({ name, digest: { sha256: await sha256(files[name] as Uint8Array) } })
  }
  return subject
}

function buildDefinition({
  base,
  domain,
  prefix,
  recipe,
  composition,
}: PatchManifest): Provenance['predicate']['buildDefinition'] {
  const { length, init, initText } = prefix
  const { reference, seed, options, data } = recipe
  return {
    buildType,
    externalParameters: {
      domain,
      prefix: { length, init, ...(initText !== undefined && { initText }) },
      recipe: { reference, seed, options },
      ...(composition && { composition: { method: composition.method } }),
    },
    resolvedDependencies: [
      {
        name: 'base',
        ...(/^[\w.-]+\/[\w.-]+$/.test(base.id) && { uri: `pkg:huggingface/${base.id}` }),
        digest: {
          ...{ policypatchWeights: base.weights, policypatchTokenizer: base.tokenizer },
          ...(base.digest !== undefined && { policypatchTensors: base.digest }),
        },
      },
      ...Object.keys(data)
        .sort()
        .map((role) => ({ name: role, digest: { sha256: data[role] as string } })),
      ...(composition?.parts ?? []).map(({ name, version, digest }) => ({
        name: `${name}@${version}`,
        digest: { sha256: digest },
      })),
    ],
  }
}

/** Parses a provenance statement. `SIGNATURE_INVALID` for another kind of statement, or one not made by policypatch. */
export function parseProvenance(bytes: Uint8Array): Provenance {
  let found: Partial<Provenance> | undefined
  try {
    found = strictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Provenance>
  } catch (cause) {
    throw otherProvenance('no JSON', cause)
  }
  if (found?._type !== statementType) throw otherProvenance(`type ${describeValue(found?._type)}`)
  if (found.predicateType !== predicateType) {
    throw otherProvenance(`predicate ${describeValue(found.predicateType)}`)
  }
  const { buildDefinition: build, runDetails: run } = found.predicate ?? {}
  if (build?.buildType !== buildType) throw otherProvenance(`build type ${describeValue(build?.buildType)}`)
  const { id, version } = run?.builder ?? {}
  if (id !== builder) throw otherProvenance(`builder ${describeValue(id)}`)
  if (version !== undefined && typeof version?.policypatch !== 'string') {
    throw otherProvenance(`version ${describeValue(version?.policypatch)} of the builder`)
  }
  if (!Array.isArray(found.subject)) throw otherProvenance('no subject')
  return found as Provenance
}

/**
 * Checks a provenance against its patch.
 *
 * @throws PatchError `SIGNATURE_INVALID` if its files differ, or it contradicts patch.json
 */
export async function checkProvenance(
  { subject, predicate }: Provenance,
  manifest: PatchManifest,
  files: PatchFiles,
): Promise<void> {
  const { buildDefinition: build, runDetails: run } = predicate
  const differing = [
    ['files', subject, await subjectOf(files)],
    ['base model, data or recipe', build, buildDefinition(manifest)],
    ['time', run.metadata?.finishedOn, manifest.created],
  ].find(([, found, expected]) => canonicalJson(found) !== canonicalJson(expected))
  if (differing) throw otherProvenance(`one with other ${differing[0]}`)
}

const otherProvenance = (found: string, cause?: unknown) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `SLSA provenance v1 of this patch in ${provenanceFile}`,
    found,
    remedy: 'Ask the publisher to sign the patch again',
    cause,
  })
