import type { HeldOutText } from './held-out-text.ts'
import type { InstructionCheck } from './instruction-check.ts'
import type { MinimalPair } from './minimal-pair.ts'
import type { MultipleChoiceQuestion } from './multiple-choice-question.ts'

/** The data of one measure. */
export interface AbilitySet<Item> {
  /** For the figures. */
  readonly name: string
  readonly items: readonly Item[]
}

/** Data to measure ability on; measures without data are skipped. */
export interface AbilityData {
  readonly minimalPairs?: AbilitySet<MinimalPair>
  readonly questions?: AbilitySet<MultipleChoiceQuestion>
  readonly texts?: AbilitySet<HeldOutText>
  readonly instructions?: AbilitySet<InstructionCheck>
}
