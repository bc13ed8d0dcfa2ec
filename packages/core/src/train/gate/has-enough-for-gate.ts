import { isTarget } from '../../pairs/prompt-kind.ts'
import type { TrainPatchOptions } from '../train-options.ts'

/** Fewer prompts of a kind than this tell nothing of a threshold at a few per cent. */
const LEAST = 40

/** Whether there are prompts enough for a gate, those that the model is going to make included. */
export function hasEnoughForGate(
  { prompts = [], pairs = [], format = 'chat' }: TrainPatchOptions,
  everyday: number,
): boolean {
  const rows = [...prompts, ...pairs]
  const targets = rows.filter(({ kind }) => isTarget(kind)).length
  return format === 'chat' && targets >= LEAST && rows.length - targets + everyday >= LEAST
}
