import { PatchError } from '../errors.ts'
import { bytesSource } from '../memory-storage.ts'
import { openSafetensors } from '../model/safetensors.ts'
import { endsEarly } from '../parse-json-file.ts'
import { sha256 } from '../sha256.ts'
import type { Storage } from '../storage.ts'
import { checkPrefix } from './check-prefix.ts'
import { withGates } from './gate-file.ts'
import {
  adapterConfigFile,
  adapterWeightsFile,
  gatesFile,
  manifestFile,
  partsWeightsFile,
  prefixFiles,
} from './manifest-schema.ts'
import { parseManifest } from './parse-manifest.ts'
import type { Patch } from './patch.ts'
import { patchOfFiles } from './patch-of-files.ts'
import { readAdapter, readParts } from './read-adapter.ts'
import { patchFolder } from './write-patch.ts'

/**
 * Reads a patch and checks all of it. Files that patch.json does not list are left alone.
 *
 * Throws `NOT_FOUND` for an absent file, `TRUNCATED` for one that is cut short, `DIGEST_MISMATCH` for one that was
 * altered, `MALFORMED`, `UNSUPPORTED` (a later format), `SHAPE_MISMATCH`, `NOT_FINITE`.
 */
export async function readPatch(storage: Storage, directory: string): Promise<Patch> {
  const folder = await patchFolder(storage, directory)
  const manifestPath = `${folder}/${manifestFile}`
  if (!(await storage.exists(manifestPath))) throw await notAPatch(storage, folder)
  const manifestBytes = await storage.read(manifestPath)
  const manifest = parseManifest(manifestBytes, manifestPath)
  const files: Record<string, Uint8Array> = { [manifestFile]: manifestBytes }
  const named = (name: string) => ({ name: `${folder}/${name}`, bytes: files[name] as Uint8Array })
  for (const [name, digest] of Object.entries(manifest.files ?? {})) {
    files[name] = await storage.read(`${folder}/${name}`)
    await checkDigest(named(name), digest)
  }
  const { parts } = manifest.prefix
  const plain = parts
    ? await readParts(named(partsWeightsFile), parts)
    : await readAdapter(named(adapterConfigFile), named(adapterWeightsFile))
  const gated = prefixFiles(manifest.prefix).includes(gatesFile)
  const prefix = gated ? await withGates(plain, manifest.prefix, named(gatesFile)) : plain
  checkPrefix(prefix, [manifest.prefix.length, manifest.base.hiddenSize])
  return patchOfFiles({ manifest, prefix }, files, storage)
}

async function notAPatch(storage: Storage, folder: string): Promise<PatchError> {
  const isAdapter = await storage.exists(`${folder}/${adapterConfigFile}`)
  return new PatchError('NOT_FOUND', {
    expected: `${manifestFile} in ${folder}`,
    found: isAdapter ? 'a PEFT adapter without it' : 'none',
    remedy: isAdapter ? 'Read the prefix with importPeftPromptTuning' : 'Check the path',
  })
}

async function checkDigest(
  { name, bytes }: { name: string; bytes: Uint8Array },
  expected: string,
): Promise<void> {
  const found = await sha256(bytes)
  if (found === expected) return
  // Where a file shows by itself that it was cut short, that says more than the digest.
  if (name.endsWith('.safetensors')) await refuseTruncated(name, bytes)
  const cut = name.endsWith('.json') && endsEarly(bytes)
  throw new PatchError(cut ? 'TRUNCATED' : 'DIGEST_MISMATCH', {
    expected: `SHA-256 ${expected} of ${name}`,
    found: cut ? `${bytes.length} bytes that end early` : found,
    remedy: 'The file is not the one that was released; get the patch again',
  })
}

async function refuseTruncated(name: string, bytes: Uint8Array): Promise<void> {
  try {
    await (await openSafetensors(bytesSource(name, bytes))).close()
  } catch (error) {
    // Any other fault of the file is what its digest has shown already.
    if (error instanceof PatchError && error.code === 'TRUNCATED') throw error
  }
}
