import type { PromptFormat } from '../../pairs/prompt-format.ts'
import type { DomainSampling } from './domain.ts'

/** How to sample one response per prompt: options of `modelReference` and `systemPromptReference`. */
export interface RespondSettings extends Required<Omit<DomainSampling, 'samples'>> {
  readonly format: PromptFormat
  readonly seed: number
  readonly batchSize?: number
}
