import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import {
  estimateMemory,
  type MemoryEstimate,
  type MemoryOptions,
  type SizedModel,
} from './estimate-memory.ts'
import { bytesText } from './figures.ts'
import type { StepShape } from './step-shape.ts'

/** How much of what is free may be taken: what runs beside it, and the estimate's own error, need some. */
const share = 0.9

/** Whether a use of memory fits what this process may take. */
export const fits = (total: number, limit: number | undefined): boolean =>
  limit === undefined || total <= share * limit

/** What to change where a step of training does not fit memory, or is slower for want of it. */
export function memoryAdvice(
  model: SizedModel,
  step: StepShape,
  { training, generation, limit }: MemoryEstimate,
  options: MemoryOptions,
): string[] {
  const whole = (changed: Partial<StepShape>, more: Partial<MemoryOptions> = {}): boolean => {
    const { training: use } = estimateMemory(model, { ...step, ...changed }, { ...options, ...more })
    return use.plan.recompute === 'none' && fits(use.total, limit)
  }
  if (training.plan.recompute === 'none' && fits(training.total, limit)) return []
  const batch = largestBatch(step, (batchSize) => whole({ batchSize }))
  const advice: string[] = []
  if (
    options.precision === 'float32' &&
    estimateMemory(model, step, { ...options, precision: 'int8' }).training.total < training.total
  )
    advice.push('Use int8 on the CPU (--precision int8): weights then take half of the memory or less.')
  if (batch > 0 && batch < step.batchSize)
    advice.push(`Train with a batch size of ${batch} (--batch-size ${batch}): nothing is then recomputed.`)
  if (step.responseTokens > 32 && whole({ responseTokens: 32 }))
    advice.push('Train with responses of at most 32 tokens (--max-response-tokens 32).')
  if (fits(training.total, limit)) return advice
  return [
    ...advice,
    `Free ${bytesText(training.total / share - (limit ?? 0))} of memory, or use a machine with more.`,
    ...(fits(generation.total, limit)
      ? ['It can be used with patches here: only training does not fit.']
      : smallerFile(model)),
  ]
}

function largestBatch({ batchSize }: StepShape, fitsWith: (batchSize: number) => boolean): number {
  for (let batch = batchSize; batch > 0; batch--) if (fitsWith(batch)) return batch
  return 0
}

/** Bits of a value in a type that takes more than a file quantized to four does. */
function smallerFile({ tensors }: SizedModel): string[] {
  const total = (of: 'byteLength' | 'size') => tensors.reduce((sum, tensor) => sum + tensor[of], 0)
  return (8 * total('byteLength')) / total('size') > 8
    ? ['Use a GGUF version in fewer bits, such as Q4_K_M, or a smaller model.']
    : ['Use a smaller model.']
}

/** What to change where prefix, prompt and response are longer than the context; undefined where they are not. */
export function positionsAdvice({ maxPositions }: ModelConfig, step: StepShape): string | undefined {
  const { prefixLength, promptTokens, responseTokens } = step
  if (prefixLength + promptTokens + responseTokens <= maxPositions) return undefined
  const rest = maxPositions - promptTokens - responseTokens
  return rest > 0
    ? `Use a shorter prefix, of at most ${rest} virtual tokens (--length ${rest}), or shorter prompts or responses.`
    : `Use shorter prompts and responses: the context has ${maxPositions} tokens.`
}
