import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import { withoutGates } from '../../model/gate/gate.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { sha256 } from '../../sha256.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { checkParts, checkPrefix } from '../check-prefix.ts'
import type { PatchEffect, PatchManifest, PrefixSummary } from '../manifest.ts'
import type { Patch, PatchContents, PatchFiles } from '../patch.ts'
import { checkGates, gateFile, gateSummary } from './gate-file.ts'
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
import { patchOfFiles } from './read-patch.ts'

/**
 * A manifest as given by an author: what only the author knows. The rest follows from the prefix or has defaults: version 0.1.0,
 * no recipe, no measured effects, no requirements and no conflicts, created now.
 */
export type PatchDraft = Pick<PatchManifest, 'name' | 'domain' | 'license' | 'base'> &
  Partial<Omit<PatchManifest, 'files'>>

export interface CreatePatchOptions {
  readonly manifest: PatchDraft
  readonly prefix: Prefix
}

/**
 * Creates a patch from a prefix, which is copied, and the author's information about it. `INVALID_ARGUMENT` lists every bad field
 * of the manifest at once; `SHAPE_MISMATCH` and `NOT_FINITE` are for a prefix that does not match the manifest.
 */
export async function createPatch({ manifest, prefix }: CreatePatchOptions): Promise<Patch> {
  const copy = copyOf(prefix)
  const whole: PatchManifest = {
    format: 'policypatch/v1',
    version: '0.1.0',
    prefix: prefixSummary(copy, 'given'),
    recipe: { reference: 'none', data: {}, seed: 0, options: {} },
    effects: [],
    requires: [],
    conflicts: [],
    created: new Date().toISOString(),
    ...manifest,
  }
  const files = await patchFiles({ manifest: whole, prefix: copy })
  const written = parseManifest(files[manifestFile] as Uint8Array)
  return patchOfFiles({ manifest: written, prefix: copy }, files)
}

/** A manifest's description of a prefix. */
export function prefixSummary({ parts, ...own }: Prefix, init: string): PrefixSummary {
  const summaryOf = ({ length, gate, alwaysVisible }: Prefix) => ({
    length,
    ...(gate && { gate: gateSummary(gate) }),
    ...(alwaysVisible && { alwaysVisible }),
  })
  return {
    ...{ init, ...summaryOf(own) },
    ...(parts && { parts: parts.map(({ prefix, weight }) => ({ weight, ...summaryOf(prefix) })) }),
  }
}

function copyOf({ embeddings, parts, ...rest }: Prefix): Prefix {
  const own = parts?.map(({ prefix, weight }) => ({ prefix: copyOf(prefix), weight }))
  return { ...rest, embeddings: embeddings.slice(), ...(own && { parts: own }) }
}

/** The same patch with measured effects in its manifest. */
export function withEffects(patch: PatchContents, effects: readonly PatchEffect[]): Promise<Patch> {
  return createPatch({ manifest: { ...patch.manifest, effects }, prefix: patch.prefix })
}

/** The patch without its gates: its prefix applies to every prompt. Its recorded effects no longer apply. */
export function ungatedPatch({ manifest, prefix }: PatchContents): Promise<Patch> {
  const { gate: _, parts, ...summary } = manifest.prefix
  const plain = parts?.map(({ length, weight }) => ({ length, weight }))
  return createPatch({
    manifest: { ...manifest, prefix: { ...summary, ...(plain && { parts: plain }) }, effects: [] },
    prefix: withoutGates(prefix),
  })
}

/**
 * The files of a patch: a PEFT prompt-tuning adapter (or only the embeddings for a prefix with parts, which PEFT does not
 * support), a model card, and patch.json with the SHA-256 of each. The same contents give the same bytes. `INVALID_ARGUMENT` for
 * an invalid manifest, `SHAPE_MISMATCH` and `NOT_FINITE` for a prefix that does not match the manifest.
 */
export async function patchFiles({ manifest, prefix }: PatchContents): Promise<PatchFiles> {
  checkManifest(manifest)
  const shape = [manifest.prefix.length, manifest.base.hiddenSize] as const
  checkPrefix(prefix, shape)
  checkParts(manifest.prefix, prefix)
  checkGates(manifest.prefix, prefix)
  const utf8 = (text: string) => new TextEncoder().encode(text)
  // The same metadata as PEFT writes; transformers' loaders require it.
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

/** The names in PEFT's PromptTuningInit. */
function initOf({ init, initText }: PatchManifest['prefix']): 'TEXT' | 'SAMPLE_VOCAB' | 'RANDOM' {
  // PEFT refuses TEXT without the text.
  if (init === 'text' && initText !== undefined) return 'TEXT'
  return init === 'vocab' ? 'SAMPLE_VOCAB' : 'RANDOM'
}

/** A patch's adapter_config.json: the fields of PEFT 0.21's PromptTuningConfig. */
function adapterConfig({ base, prefix }: PatchManifest): Readonly<Record<string, unknown>> {
  const init = initOf(prefix)
  return {
    auto_mapping: null,
    base_model_name_or_path: base.id,
    inference_mode: true,
    modules_to_save: null,
    num_attention_heads: base.heads,
    num_layers: base.layers,
    num_transformer_submodules: 1,
    num_virtual_tokens: prefix.length,
    peft_type: 'PROMPT_TUNING',
    prompt_tuning_init: init,
    prompt_tuning_init_text: init === 'TEXT' ? prefix.initText : null,
    revision: null,
    task_type: 'CAUSAL_LM',
    token_dim: base.hiddenSize,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: init === 'TEXT' ? base.id : null,
  }
}
