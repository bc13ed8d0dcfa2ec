import { PatchError } from '../../errors.ts'
import type { Resolved } from '../../given.ts'
import type {
  LanguageModel,
  ScoreRequest,
  TopLogProbabilities,
} from '../../model/language-model/language-model.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { isTarget } from '../../pairs/rows/prompt-kind.ts'
import type { TokenizedPair } from './tokenize-pairs.ts'

/** Distillation; needs a reference with distributions over the same tokens. */
export interface DistillationOptions {
  /** λ. Default 1. */
  readonly weight?: number | undefined
  /** Number of tokens kept per position. Default 32. */
  readonly k?: number | undefined
  /** The teacher for harmless prompts: the reference, the base model, or none. Default `base`. */
  readonly harmless?: 'reference' | 'base' | 'none' | undefined
}

export interface AddTeachersOptions {
  readonly model: LanguageModel
  readonly reference: Reference | undefined
  readonly format: PromptFormat
  readonly distillation: Resolved<DistillationOptions>
  readonly signal?: AbortSignal | undefined
}

type Distributions = (requests: readonly ScoreRequest[], k: number) => Promise<TopLogProbabilities[]>

/** Adds the next-token distributions that the distillation term trains examples towards. */
export async function addTeachers(
  pairs: readonly PreferencePair[],
  tokenized: readonly TokenizedPair[],
  { model, reference, format, distillation, signal }: AddTeachersOptions,
): Promise<TokenizedPair[]> {
  const { k, harmless } = distillation
  const ofBase: Distributions = (requests) =>
    model.scoreTop(
      requests.map((request) => ({ ...request, prefix: null })),
      k,
      { signal },
    )
  const taught = [...tokenized]
  for (const target of [true, false]) {
    const teacher = target ? 'reference' : harmless
    const indices = [...tokenized.keys()].filter(
      (index) => isTarget((tokenized[index] as TokenizedPair).kind) === target,
    )
    if (teacher === 'none' || indices.length === 0) continue
    const ask = teacher === 'base' ? ofBase : distributionsOf(reference)
    const promptOf = ({ prompt, bare }: PreferencePair) =>
      // The reference is reliable on the bare prompt: its answer there is what is learned in the context.
      formatPrompt(teacher === 'reference' ? (bare ?? prompt) : prompt, format)
    const requests = indices.map((index) => ({
      prompt: promptOf(pairs[index] as PreferencePair),
      response: (tokenized[index] as TokenizedPair).chosen,
    }))
    for (const [i, { ids, logProbabilities }] of (await ask(requests, k)).entries()) {
      const index = indices[i] as number
      taught[index] = { ...(tokenized[index] as TokenizedPair), teacher: { k, ids, logps: logProbabilities } }
    }
  }
  return taught
}

/** The reference's way of giving distributions. Throws `INVALID_ARGUMENT` if it gives none. */
export function distributionsOf(reference: Reference | undefined): Distributions {
  if (reference?.scoreTop) return reference.scoreTop
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a reference with distributions over the same tokens, for distillation',
    found: reference ? `${reference.name}, which gives only outputs` : 'none',
    remedy: 'Use modelReference or systemPromptReference, or remove the option distillation',
  })
}
