import * as z from 'zod/mini'
import type { HostTensor } from '../../backend/backend.ts'
import { PatchError } from '../../errors.ts'
import { openSafetensors, readSafetensorsMetadata } from '../../model/files/tensors/safetensors.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { withEmbeddings } from '../../model/language-model/prefix.ts'
import { type PromptKind, promptKinds } from '../../pairs/rows/prompt-kind.ts'
import { bytesSource } from '../../storage/memory-storage.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { inEnglish } from '../../text/check-shape.ts'
import { describeValue } from '../../text/describe-value.ts'
import type { TrainerState } from '../trainer/prefix-trainer.ts'
import type { ValidationScores } from './validate-prefix.ts'

/** The best prefix of a stage so far, according to validation. */
export interface BestPrefix {
  readonly step: number
  readonly prefix: Prefix
  readonly scores: ValidationScores
}

/** What a stage saves in order to resume. */
export interface Checkpoint {
  /** Digest of everything that affects the stage. */
  readonly settings: string
  readonly state: TrainerState
  readonly best: BestPrefix | undefined
}

const count = z.int().check(z.minimum(0))
const factsSchema = z.object({
  settings: z.string(),
  step: count,
  tokens: count,
  updates: count,
  /** For a prefix with parallel parts: their numbers of virtual tokens and weights. */
  parts: z.optional(z.array(z.object({ length: count.check(z.minimum(1)), weight: z.number() }))),
  sampler: z.object({
    random: z.tuple([z.int(), z.int(), z.int(), z.int()]),
    left: z.object({ harmful: z.array(count), harmless: z.array(count) }),
    epoch: count,
    owed: z.number(),
  }),
  best: z.optional(
    z.object({
      step: count,
      scores: z.object(
        Object.fromEntries(
          [...promptKinds, 'degenerate' as const].map((name) => [name, z.optional(z.number())]),
        ) as Record<PromptKind | 'degenerate', z.ZodMiniOptional<z.ZodMiniNumber>>,
      ),
    }),
  ),
})

/** A checkpoint as a safetensors file: prefix, moments and best prefix as tensors, the rest as JSON metadata. */
export function encodeCheckpoint({ settings, state, best }: Checkpoint): Uint8Array {
  const { prefix, optimizer, sampler, step, tokens } = state
  const matrix = (data: Float32Array): HostTensor => ({
    shape: [prefix.length, data.length / prefix.length],
    data,
  })
  const facts = {
    settings,
    step,
    tokens,
    sampler,
    updates: optimizer.step,
    parts: prefix.parts?.map((part) => ({ length: part.prefix.length, weight: part.weight })),
    best: best && { step: best.step, scores: best.scores },
  }
  return writeSafetensors(
    {
      prefix: matrix(prefix.embeddings),
      first: matrix(optimizer.first),
      second: matrix(optimizer.second),
      ...(best && { best: matrix(best.prefix.embeddings) }),
    },
    { format: 'policypatch-checkpoint/v1', facts: JSON.stringify(facts) },
  )
}

/** Reads what {@link encodeCheckpoint} wrote. Throws `MALFORMED` or `TRUNCATED` for anything else. */
export async function decodeCheckpoint(name: string, bytes: Uint8Array): Promise<Checkpoint> {
  const source = bytesSource(name, bytes)
  const metadata = await readSafetensorsMetadata(source)
  if (metadata.format !== 'policypatch-checkpoint/v1' || !metadata.facts) {
    throw new PatchError('MALFORMED', {
      expected: `a training checkpoint of policypatch in ${name}`,
      found: `format ${describeValue(metadata.format)}`,
      remedy: 'Remove the file to restart this stage',
    })
  }
  const { settings, step, tokens, sampler, updates, parts, best } = parseFacts(name, metadata.facts)
  const reader = await openSafetensors(source)
  const length = reader.tensors.get('prefix')?.shape[0] ?? 0
  const prefixOf = async (tensor: string): Promise<Prefix> => {
    const embeddings = await reader.read(tensor)
    const own = parts?.map((part) => ({ ...part, prefix: { length: part.length, embeddings } }))
    return withEmbeddings({ length, embeddings, ...(own && { parts: own }) }, embeddings)
  }
  return {
    settings,
    state: {
      step,
      tokens,
      sampler,
      prefix: await prefixOf('prefix'),
      optimizer: { step: updates, first: await reader.read('first'), second: await reader.read('second') },
    },
    best: best && {
      ...best,
      prefix: await prefixOf('best'),
    },
  }
}

function parseFacts(name: string, json: string): z.infer<typeof factsSchema> {
  try {
    return factsSchema.parse(strictJson(json), inEnglish)
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `the metadata of a training checkpoint in ${name}`,
      found: (cause as Error).message.replace(/\s+/g, ' '),
      remedy: 'Remove the file to restart this stage',
      cause,
    })
  }
}
