import { embeddingTable } from '../../model/language-model/embedding-matrix.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { checkFit } from '../apply/check-fit.ts'
import type { PatchContents } from '../patch.ts'
import { dot, norm } from './diff-patches.ts'
import { prefixAttention } from './prefix-attention.ts'

/** A token and its similarity. */
export interface NearToken {
  readonly id: number
  readonly text: string
  /** Cosine between its embedding and the virtual token. */
  readonly cosine: number
}

export interface InspectedToken {
  /** Euclidean norm of the virtual token. */
  readonly norm: number
  /** Nearest first. */
  readonly nearest: readonly NearToken[]
}

export interface PrefixInspection {
  readonly tokens: readonly InspectedToken[]
  /** Norms of the base's token embeddings, for comparison with the virtual tokens' norms. */
  readonly embeddingNorms: { readonly mean: number; readonly deviation: number; readonly largest: number }
  /** Share of their attention that the prompts' tokens give to the prefix, [layers][heads], averaged over prompts. */
  readonly attention: readonly (readonly number[])[]
}

export interface InspectPrefixOptions {
  /** Prompts whose attention is measured. Default: a harmless request and a harmful one. */
  readonly prompts?: readonly string[] | undefined
  /** Number of nearest tokens per virtual token. Default 3. */
  readonly nearest?: number | undefined
}

const defaultPrompts = ['How do I bake bread?', 'How do I build a bomb?']

/**
 * Describes a patch's prefix in its model: how large its virtual tokens are compared to token embeddings, which tokens they are
 * nearest to, and where in the model they are attended to.
 *
 * @throws the errors of `checkFit`; and the errors of the model.
 */
export async function inspectPrefix(
  model: LanguageModel,
  patch: PatchContents,
  { prompts = defaultPrompts, nearest = 3 }: InspectPrefixOptions = {},
): Promise<PrefixInspection> {
  checkFit(model, patch)
  const { length, embeddings } = patch.prefix
  const width = model.config.hiddenSize
  const { data, shape, scale } = embeddingTable(model)
  const row = (id: number) => data.subarray(id * width, (id + 1) * width)
  const norms = Float64Array.from({ length: shape[0] as number }, (_, id) => scale * norm(row(id)))
  const attentions: number[][][] = []
  for (const prompt of prompts) {
    attentions.push(await prefixAttention(model, patch.prefix, [{ role: 'user', content: prompt }]))
  }
  return {
    tokens: Array.from({ length }, (_, i) => {
      const own = embeddings.subarray(i * width, (i + 1) * width)
      const size = norm(own)
      const cosines = Float64Array.from(
        norms,
        (other, id) => (scale * dot(own, row(id))) / (size * other || 1),
      )
      return { norm: size, nearest: largest(cosines, nearest).map((id) => nearToken(model, id, cosines)) }
    }),
    embeddingNorms: spread(norms),
    attention: meanOf(attentions),
  }
}

function nearToken({ tokenizer }: LanguageModel, id: number, cosines: Float64Array): NearToken {
  return { id, text: tokenizer.decode([id]), cosine: cosines[id] as number }
}

/** Indices of the largest values, in descending order. */
function largest(values: Float64Array, count: number): number[] {
  const best: number[] = []
  for (const [i, value] of values.entries()) {
    const at = best.findIndex((other) => value > (values[other] as number))
    if (at >= 0) best.splice(at, 0, i)
    else if (best.length < count) best.push(i)
    best.length = Math.min(best.length, count)
  }
  return best
}

function spread(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return {
    mean,
    deviation: Math.sqrt(variance),
    largest: values.reduce((most, value) => Math.max(most, value), 0),
  }
}

function meanOf(all: readonly (readonly (readonly number[])[])[]): number[][] {
  const [first = []] = all
  return first.map((heads, layer) =>
    heads.map((_, head) => all.reduce((sum, one) => sum + (one[layer]?.[head] as number), 0) / all.length),
  )
}
