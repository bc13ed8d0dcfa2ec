import { PatchError } from '../../errors.ts'
import { openSafetensors } from '../../model/files/tensors/safetensors.ts'
import { sha256 } from '../../sha256.ts'
import { bytesSource } from '../../storage/memory-storage.ts'
import { endsEarly } from '../../storage/parse-json-file.ts'

/** The error for a patch file whose digest differs from patch.json: `TRUNCATED` if the file is evidently cut short. */
export async function otherDigest(name: string, bytes: Uint8Array, expected: string): Promise<PatchError> {
  const truncated = name.endsWith('.safetensors') ? await truncation(name, bytes) : undefined
  if (truncated) return truncated
  const cut = name.endsWith('.json') && endsEarly(bytes)
  return new PatchError(cut ? 'TRUNCATED' : 'DIGEST_MISMATCH', {
    expected: `SHA-256 ${expected} of ${name}`,
    found: cut ? `${bytes.length} bytes, which is too few` : await sha256(bytes),
    remedy: 'The file is not the one that was released; download the patch again',
  })
}

async function truncation(name: string, bytes: Uint8Array): Promise<PatchError | undefined> {
  try {
    await (await openSafetensors(bytesSource(name, bytes))).close()
  } catch (error) {
    // The digest already reports any other damage.
    if (error instanceof PatchError && error.code === 'TRUNCATED') return error
  }
  return undefined
}
