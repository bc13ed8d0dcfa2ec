import { developerMode } from './developer-mode.ts'
import { fictionalFraming } from './fictional-framing.ts'
import type { Jailbreak } from './jailbreak.ts'
import { refusalSuppression } from './refusal-suppression.ts'

/** More families than `standardJailbreaks`, so that you can train on some and measure on others. */
export const furtherJailbreaks: readonly Jailbreak[] = [
  refusalSuppression(),
  fictionalFraming(),
  developerMode(),
]
