import * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { inEnglish } from '../in-english.ts'
import { bytesSource } from '../memory-storage.ts'
import type { Prefix } from '../model/language-model.ts'
import { openSafetensors } from '../model/safetensors.ts'
import { parseJsonFile } from '../parse-json-file.ts'
import { checkPrefix } from './check-prefix.ts'
import type { PatchManifest } from './manifest.ts'

/** A file's bytes and its path, for messages. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

const count = z.int().check(z.minimum(1))
const configSchema = z.object({ num_virtual_tokens: count, token_dim: z.nullish(count) })

/**
 * The prefix in the two files of a PEFT prompt-tuning adapter for causal language models.
 *
 * Throws `UNSUPPORTED` for other kinds of adapter, `MALFORMED`, `TRUNCATED`, `MISSING_TENSOR`, `SHAPE_MISMATCH`
 * where the files disagree, and `NOT_FINITE`.
 */
export async function readAdapter(config: NamedBytes, weights: NamedBytes): Promise<Prefix> {
  return readEmbeddings(weights, { ...readConfig(config), by: config.name })
}

/** A prefix of parts, whose embeddings stand one after the other in a file of their own. Throws as {@link readAdapter}. */
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
    const embeddings = await reader.read('prompt_embeddings')
    const shape = reader.tensors.get('prompt_embeddings')?.shape ?? []
    const [m = 0, d = 0] = shape
    if (shape.length !== 2 || m !== expected.length || d !== (expected.width ?? d)) {
      throw new PatchError('SHAPE_MISMATCH', {
        expected: `prompt_embeddings of shape [${expected.length}, ${expected.width ?? 'd'}], as ${expected.by} says`,
        found: `[${shape.join(', ')}] in ${weights.name}`,
        remedy: 'The two files belong to different adapters; get both again',
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
  const refused = [
    json.peft_type === 'PROMPT_TUNING' ? '' : `peft_type ${JSON.stringify(json.peft_type)}`,
    [null, undefined, 'CAUSAL_LM'].includes(json.task_type as never)
      ? ''
      : `task_type ${JSON.stringify(json.task_type)}`,
    [null, undefined, 1].includes(json.num_transformer_submodules as never)
      ? ''
      : `num_transformer_submodules ${JSON.stringify(json.num_transformer_submodules)}`,
    Array.isArray(json.modules_to_save) && json.modules_to_save.length > 0 ? 'modules_to_save' : '',
  ].filter(Boolean)
  if (refused.length > 0) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${name} of peft_type PROMPT_TUNING for task_type CAUSAL_LM, with no other trained modules`,
      found: refused.join(', '),
      remedy: 'Only prompt tuning of decoders is a prefix; train such an adapter',
    })
  }
  const result = configSchema.safeParse(json, inEnglish)
  if (!result.success) {
    throw new PatchError('MALFORMED', {
      expected: `${name} to be a PEFT PromptTuningConfig`,
      found: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      remedy: 'Save the adapter again with PEFT',
    })
  }
  return { length: result.data.num_virtual_tokens, width: result.data.token_dim ?? undefined }
}
