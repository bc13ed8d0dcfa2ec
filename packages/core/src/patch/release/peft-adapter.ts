import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import {
  checkFieldRules,
  type FieldRule,
  type FieldRules,
  only,
  rowsOf,
} from '../../model/decoder/config/field-rules.ts'
import {
  adapterFiles,
  adapterRules,
  checkPeftType,
  unknownAdapterField,
} from '../../model/files/lora/adapter-files.ts'
import { openSafetensors } from '../../model/files/tensors/safetensors.ts'
import { checkFloat } from '../../model/files/tensors/tensor-reader.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { bytesSource } from '../../storage/memory-storage.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { readWithin } from '../../storage/storage.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import { excerpt } from '../../text/printable.ts'
import { checkPrefix } from '../check-prefix.ts'
import type { PatchManifest } from '../manifest.ts'

/** Limit for a file of embeddings: 1024 virtual tokens of width 16384 in float64. */
const mostBytes = 2 ** 27

/**
 * Reads the prefix in a directory written by PEFT's `save_pretrained` for a PromptTuningConfig, or a PromptEncoderConfig
 * (P-tuning): its saved rows, ready for `model.withPrefix` or `createPatch`. Such a directory has no fingerprint, so the caller
 * must know whether it belongs to the model.
 *
 * Throws `NOT_FOUND`, `UNSUPPORTED` (other adapters, pickled weights), `MALFORMED`, `TRUNCATED`, `SHAPE_MISMATCH`, `NOT_FINITE`.
 */
export async function importPeftPromptTuning(directory: Place): Promise<Prefix> {
  const folder = storedAt(directory)
  const { config, weights } = await adapterFiles(folder)
  return readAdapter(config, { name: weights, bytes: await readWithin(folder.storage, weights, mostBytes) })
}

/** A file's bytes and its path, for messages. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

const count = z.int().check(z.minimum(1))
const configSchema = z.object({ num_virtual_tokens: count, token_dim: z.nullish(count) })

/**
 * The prefix in the two files of a PEFT adapter for prompt tuning or P-tuning of causal language models.
 *
 * Throws `UNSUPPORTED` for other kinds of adapter and for what `promptAdapterRules` refuses, `MALFORMED`, `TRUNCATED`,
 * `MISSING_TENSOR`, `SHAPE_MISMATCH` if the files disagree, and `NOT_FINITE`.
 */
export async function readAdapter(config: NamedBytes, weights: NamedBytes): Promise<Prefix> {
  return readEmbeddings(weights, { ...readConfig(config), by: config.name })
}

/** A prefix with parts, whose embeddings are concatenated in a file of their own. Throws as {@link readAdapter}. */
export async function readParts(
  weights: NamedBytes,
  parts: NonNullable<PatchManifest['prefix']['parts']>,
): Promise<Prefix> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const { embeddings } = await readEmbeddings(weights, { length, width: undefined, by: 'patch.json' })
  const width = embeddings.length / length
  let start = 0
  return {
    length,
    embeddings,
    parts: parts.map((part) => {
      const from = start
      start += part.length
      const own = embeddings.slice(from * width, start * width)
      return { prefix: { length: part.length, embeddings: own }, weight: part.weight }
    }),
  }
}

async function readEmbeddings(
  weights: NamedBytes,
  expected: { readonly length: number; readonly width: number | undefined; readonly by: string },
): Promise<Prefix> {
  const reader = await openSafetensors(bytesSource(weights.name, weights.bytes))
  try {
    const other = [...reader.tensors.keys()].find((name) => name !== 'prompt_embeddings')
    if (other !== undefined && reader.tensors.has('prompt_embeddings')) {
      throw new PatchError('UNSUPPORTED', {
        expected: `only prompt_embeddings in ${weights.name}`,
        found: `tensor ${excerpt(other, 120)}`,
        remedy:
          'A prefix consists of virtual tokens and changes no weights; train an adapter without other modules',
      })
    }
    checkFloat(reader, 'prompt_embeddings')
    const embeddings = await reader.read('prompt_embeddings')
    const shape = reader.tensors.get('prompt_embeddings')?.shape ?? []
    const [m = 0, d = 0] = shape
    if (shape.length !== 2 || m !== expected.length || d !== (expected.width ?? d)) {
      throw new PatchError('SHAPE_MISMATCH', {
        expected: `prompt_embeddings of shape [${expected.length}, ${expected.width ?? 'd'}], as ${expected.by} says`,
        found: `[${shape.join(', ')}] in ${weights.name}`,
        remedy: 'The two files belong to different adapters; download both again',
      })
    }
    const prefix = { length: m, embeddings }
    checkPrefix(prefix, [m, d])
    return prefix
  } finally {
    await reader.close()
  }
}

function readConfig({ name, bytes }: NamedBytes): { length: number; width: number | undefined } {
  const json = parseJsonFile(bytes, name)
  checkPeftType(
    json,
    name,
    ['PROMPT_TUNING', 'P_TUNING'],
    'Only these are prefixes; train an adapter of one of these types',
  )
  checkFieldRules(json, promptAdapterRules, name, unknownAdapterField)
  const result = checkShape(configSchema, json)
  if (!result.success) {
    throw new PatchError('MALFORMED', {
      expected: `${name} to be a PEFT PromptTuningConfig or PromptEncoderConfig`,
      found: describeIssues(result.error.issues),
      remedy: 'Save the adapter again with PEFT',
    })
  }
  return { length: result.data.num_virtual_tokens, width: result.data.token_dim ?? undefined }
}

const start: FieldRule = { harmless: 'it chooses where training starts, and its outcome is saved' }

/**
 * The rule for each field of PEFT 0.21's PromptTuningConfig and PromptEncoderConfig (P-tuning), whose encoder is not needed once
 * its embeddings are saved.
 */
export const promptAdapterRules: FieldRules = {
  ...adapterRules,
  ...rowsOf('num_virtual_tokens token_dim', 'read'),
  num_transformer_submodules: only(1),
  ...rowsOf('num_attention_heads num_layers', { harmless: 'prefix tuning alone reads it' }),
  modules_to_save: only(),
  ...rowsOf('prompt_tuning_init prompt_tuning_init_text tokenizer_name_or_path tokenizer_kwargs', start),
  ...rowsOf('encoder_reparameterization_type encoder_hidden_size encoder_num_layers encoder_dropout', start),
}
