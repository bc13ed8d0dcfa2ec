import { writeSafetensors } from '../model/files/tensors/write-safetensors.ts'
import { sha256 } from '../sha256.ts'
import { adapterConfig } from './adapter-config.ts'
import { canonicalJson } from './canonical-json.ts'
import { checkParts, checkPrefix } from './check-prefix.ts'
import { checkGates, gateFile } from './gate-file.ts'
import {
  adapterConfigFile,
  adapterWeightsFile,
  gatesFile,
  manifestFile,
  partsWeightsFile,
} from './manifest-schema.ts'
import { modelCard } from './model-card.ts'
import { checkManifest } from './parse-manifest.ts'
import type { PatchContents, PatchFiles } from './patch.ts'

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
