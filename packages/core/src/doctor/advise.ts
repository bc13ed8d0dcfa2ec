import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import {
  estimateMemory,
  type MemoryEstimate,
  type MemoryOptions,
  type SizedModel,
} from './estimate-memory.ts'
import { bytesText } from './figures.ts'
import type { StepShape } from './step-shape.ts'

/** Share of the limit that may be used: other work on the machine, and the error of the estimate, need the rest. */
const share = 0.9

/** Whether so much memory fits in what this process may use. */
export const fits = (total: number, limit: number | undefined): boolean =>
  limit === undefined || total <= share * limit

/** What to change if a training step does not fit in memory, or is slower for lack of it. */
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

/** Advises a smaller file if the weights take more than 8 bits per value, else a smaller model. */
function smallerFile({ tensors }: SizedModel): string[] {
  const total = (of: 'byteLength' | 'size') => tensors.reduce((sum, tensor) => sum + tensor[of], 0)
  return (8 * total('byteLength')) / total('size') > 8
    ? ['Use a GGUF version in fewer bits, such as Q4_K_M, or a smaller model.']
    : ['Use a smaller model.']
}

/** What to change if prefix, prompt and response are longer than the context; undefined if they fit. */
export function positionsAdvice({ maxPositions }: ModelConfig, step: StepShape): string | undefined {
  const { prefixLength, promptTokens, responseTokens } = step
  if (prefixLength + promptTokens + responseTokens <= maxPositions) return undefined
  const rest = maxPositions - promptTokens - responseTokens
  return rest > 0
    ? `Use a shorter prefix, of at most ${rest} virtual tokens (--length ${rest}), or shorter prompts or responses.`
    : `Use shorter prompts and responses: the context has ${maxPositions} tokens.`
}
