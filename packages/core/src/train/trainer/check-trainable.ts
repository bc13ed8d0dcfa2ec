import { PatchError } from '../../errors.ts'
import { isGated } from '../../model/gate/gate.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import { checkPrefixShape, partsOf } from '../../model/language-model/prefix.ts'

/** Throws `SHAPE_MISMATCH` for another model's prefix, `UNSUPPORTED` for one with gates. */
export function checkTrainable({ config }: Pick<LanguageModel, 'config'>, prefix: Prefix): void {
  checkPrefixShape(config, prefix)
  if (!isGated(prefix)) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a prefix without gates, because training uses all examples',
    found: 'a prefix with a gate',
    remedy: 'Start from the prefix of ungatedPatch(patch), and add a gate again after training',
  })
}

/** Throws `SHAPE_MISMATCH` unless two prefixes have as many virtual tokens, in parts with the same weights. */
export function checkSameParts(expected: Prefix, found: Prefix, remedy: string): void {
  const [wanted, given] = [expected, found].map((prefix) =>
    partsOf(prefix)
      .map((part) => `${part.prefix.length} (weight ${part.weight})`)
      .join(', '),
  )
  if (wanted === given) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `a prefix with parts of these virtual tokens: ${wanted}`,
    found: `${given}`,
    remedy,
  })
}
