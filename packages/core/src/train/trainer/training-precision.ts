import type { Precision } from '../../backend/backend.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { defaultMemoryBudget, weightBytes } from './memory-plan.ts'

/**
 * The precision of a model's training steps: its own, or float32 if the backend multiplies no faster in int8 and the weights fit
 * the budget in bytes. Gradients are then exact and take no longer.
 */
export async function trainingPrecision(
  model: Pick<LanguageModel, 'architecture' | 'config' | 'weights' | 'backend' | 'precision'>,
  budget: number = defaultMemoryBudget(model.backend.availableMemory?.()),
): Promise<Precision> {
  const { backend, precision } = model
  if (precision === 'float32' || (await backend.fastestPrecision?.()) !== 'float32') return precision
  return weightBytes({ ...model, precision: 'float32' }) <= budget ? 'float32' : precision
}
