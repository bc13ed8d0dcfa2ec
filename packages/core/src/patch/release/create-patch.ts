import { PatchError } from '../../errors.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import { gatesOf, withoutGates } from '../../model/gate/gate.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { sha256 } from '../../sha256.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkParts, checkPrefix } from '../check-prefix.ts'
import type { PatchEffect } from '../manifest.ts'
import type { Patch, PatchContents, PatchFiles } from '../patch.ts'
import { checkGates, gateFile } from './gate-file.ts'
import { modelCard } from './model-card.ts'
import {
  adapterConfigFile,
  adapterWeightsFile,
  checkManifest,
  gatesFile,
  manifestFile,
  parseManifest,
  partsWeightsFile,
} from './parse-manifest.ts'
import { adapterConfig } from './peft-adapter.ts'
import { writePatch } from './write-patch.ts'

export interface CreatePatchOptions extends PatchContents {
  /** Default folder for `patch.save`. */
  readonly storage?: Storage | undefined
}

/**
 * Creates a patch from a manifest and a prefix, which is copied. `INVALID_ARGUMENT` lists every bad field of the manifest at
 * once; `SHAPE_MISMATCH` and `NOT_FINITE` are for a prefix that does not match the manifest.
 */
export async function createPatch({ manifest, prefix, storage }: CreatePatchOptions): Promise<Patch> {
  const copy = copyOf(prefix)
  const files = await patchFiles({ manifest, prefix: copy })
  const written = parseManifest(files[manifestFile] as Uint8Array)
  return patchOfFiles({ manifest: written, prefix: copy }, files, storage)
}

function copyOf({ length, embeddings, parts, gate }: Prefix): Prefix {
  const own = parts?.map(({ prefix, weight }) => ({ prefix: copyOf(prefix), weight }))
  return { length, embeddings: embeddings.slice(), ...(own && { parts: own }), ...(gate && { gate }) }
}

/** The same patch with measured effects in its manifest. */
export function withEffects(patch: Patch, effects: readonly PatchEffect[]): Promise<Patch> {
  return createPatch({
    manifest: { ...patch.manifest, effects },
    prefix: patch.prefix,
    ...(patch.storage && { storage: patch.storage }),
  })
}

/** The patch without its gates: its prefix applies to every prompt. Its recorded effects no longer apply. */
export function ungatedPatch({ manifest, prefix, storage }: Patch): Promise<Patch> {
  const { gate: _, parts, ...summary } = manifest.prefix
  const plain = parts?.map(({ length, weight }) => ({ length, weight }))
  return createPatch({
    manifest: { ...manifest, prefix: { ...summary, ...(plain && { parts: plain }) }, effects: [] },
    prefix: withoutGates(prefix),
    ...(storage && { storage }),
  })
}

/** Learned numbers: those of the virtual tokens, and of the gates. */
const parametersOf = (prefix: Prefix): number =>
  gatesOf(prefix).reduce(
    (sum, gate) => sum + (gate ? gate.hidden.length + gate.hiddenBias.length + gate.output.length + 1 : 0),
    prefix.embeddings.length,
  )

/** A patch whose contents and files have been checked against each other. */
export function patchOfFiles(
  { manifest, prefix }: PatchContents,
  files: PatchFiles,
  storage: Storage | undefined,
): Patch {
  return {
    manifest,
    prefix,
    files,
    storage,
    bytes: Object.values(files).reduce((sum, file) => sum + file.length, 0),
    parameters: parametersOf(prefix),
    async save(directory, target = storage) {
      if (!target) {
        throw new PatchError('INVALID_ARGUMENT', {
          expected: 'a storage to save the patch to',
          found: 'none, because the patch was created without one',
          remedy: 'Call patch.save(directory, storage), or pass a storage to createPatch or trainPatch',
        })
      }
      await writePatch(target, directory, { files })
    },
  }
}

/**
 * The files of a patch: a PEFT prompt-tuning adapter (or the embeddings alone, of a prefix of parts, which PEFT does not
 * know), a model card, and patch.json with the SHA-256 of each. The
 * same contents give the same bytes. `INVALID_ARGUMENT` for a manifest that is not valid, `SHAPE_MISMATCH` and
 * `NOT_FINITE` for a prefix that is not what the manifest says.
 */
export async function patchFiles({ manifest, prefix }: PatchContents): Promise<PatchFiles> {
  checkManifest(manifest)
  const shape = [manifest.prefix.length, manifest.base.hiddenSize] as const
  checkPrefix(prefix, shape)
  checkParts(manifest.prefix, prefix)
  checkGates(manifest.prefix, prefix)
  const utf8 = (text: string) => new TextEncoder().encode(text)
  // PEFT writes the same metadata; loaders of transformers ask for it.
  const weights = writeSafetensors(
    { prompt_embeddings: { shape, data: prefix.embeddings } },
    { format: 'pt' },
  )
  const gates = gateFile(prefix)
  const files: Record<string, Uint8Array> = {
    ...(prefix.parts
      ? { [partsWeightsFile]: weights }
      : {
          [adapterConfigFile]: utf8(canonicalJson(adapterConfig(manifest))),
          [adapterWeightsFile]: weights,
        }),
    ...(gates && { [gatesFile]: gates }),
    'README.md': utf8(modelCard(manifest)),
  }
  const digests: Record<string, string> = {}
  for (const [name, bytes] of Object.entries(files)) digests[name] = await sha256(bytes)
  return { ...files, [manifestFile]: utf8(canonicalJson({ ...manifest, files: digests })) }
}

/**
 * JSON that is the same bytes for the same value: keys sorted, two spaces, a newline at the end. Properties
 * that are undefined are left out.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), undefined, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, held]) => [key, sorted(held)]))
}
