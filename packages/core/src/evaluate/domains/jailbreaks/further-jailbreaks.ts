import { developerMode } from './developer-mode.ts'
import { fictionalFraming } from './fictional-framing.ts'
import type { Jailbreak } from './jailbreak.ts'
import { refusalSuppression } from './refusal-suppression.ts'

/** Families beside `standardJailbreaks`: to train against some and to measure by others. */
export const furtherJailbreaks: readonly Jailbreak[] = [
  refusalSuppression(),
  fictionalFraming(),
  developerMode(),
]
