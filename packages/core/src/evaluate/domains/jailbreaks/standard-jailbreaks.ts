import { base64 } from './base64.ts'
import type { Jailbreak } from './jailbreak.ts'
import { manyShot } from './many-shot.ts'
import { otherLanguage } from './other-language.ts'
import { prefixInjection } from './prefix-injection.ts'
import { rolePlay } from './role-play.ts'

/** One of each kind, and two in other languages: one that models know well and one that they hardly know. */
export const standardJailbreaks: readonly Jailbreak[] = [
  prefixInjection(),
  rolePlay(),
  base64(),
  otherLanguage({ language: 'French' }),
  otherLanguage({ language: 'Zulu' }),
  manyShot(),
]
