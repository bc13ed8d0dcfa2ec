import { applyPatch, type LanguageModel } from 'policypatch'
import type { ComposeMethod } from 'policypatch/patch'
import type { PatchShelf } from './patch-shelf.ts'

export type Side = 'base' | 'patched'

export interface StackedPatch {
  readonly id: string
  /** w > 0; counts for patches side by side only. */
  readonly weight: number
}

export interface AnswerRequest {
  readonly prompt: string
  /** Which answers are wanted. */
  readonly sides: readonly Side[]
  /** The patches that are on, in their order. */
  readonly stack: readonly StackedPatch[]
  readonly method: ComposeMethod
  readonly maxTokens: number
}

export interface AnswerOptions {
  readonly model: LanguageModel
  readonly shelf: PatchShelf
  readonly onText: (side: Side, text: string) => void
  readonly signal: AbortSignal
}

/** Streams the answers of the model and of the patched model, at the same time. */
export async function answer(request: AnswerRequest, options: AnswerOptions): Promise<void> {
  const { prompt, sides, maxTokens } = request
  const { model, onText, signal } = options
  const patched = sides.includes('patched') ? patchedModel(request, options) : model
  await Promise.all(
    sides.map(async (side) => {
      const answering = side === 'base' ? model : patched
      for await (const text of answering.stream([{ role: 'user', content: prompt }], { maxTokens, signal })) {
        onText(side, text)
      }
    }),
  )
}

function patchedModel({ stack, method }: AnswerRequest, { model, shelf }: AnswerOptions): LanguageModel {
  if (stack.length === 0) return model
  const patches = stack.map(({ id }) => shelf.get(id))
  // A concatenation has an order where stacks side by side have weights.
  if (method !== 'parallel') return applyPatch(model, patches, { method })
  return applyPatch(model, patches, { method, weights: stack.map(({ weight }) => weight) })
}
