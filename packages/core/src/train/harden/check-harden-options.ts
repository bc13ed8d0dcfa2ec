import { PatchError } from '../../errors.ts'
import { isTarget } from '../../pairs/prompt-kind.ts'
import { checkFit } from '../../patch/check-fit.ts'
import { checkOnePart } from '../../patch/check-prefix.ts'
import { checkTraining } from '../check-training.ts'
import type { HardenPatchOptions, HardenSettings } from './harden-options.ts'

/**
 * Looks at all options before the first attack. Throws `INVALID_ARGUMENT`, `EMPTY_DATA`, `UNSUPPORTED` for a patch of
 * parts, or what `checkFit` throws for another model's patch.
 */
export function checkHardenOptions(options: HardenPatchOptions, settings: HardenSettings): void {
  const { model, patch, attacks, prompts } = options
  const { rounds, perAttack, generation, training, gate } = settings
  checkFit(model, patch)
  checkOnePart(patch)
  checkTraining({ ...training, objective: { type: 'sft' } })
  const names = attacks.map(({ name }) => name)
  const { steps, maxResponseTokens } = training
  const counts = { rounds, perAttack, steps, maxResponseTokens, ...generation }
  const problems = [
    gate && !(Number.isInteger(gate.folds ?? 4) && (gate.folds ?? 4) >= 2) && `${gate.folds} folds`,
    names.length === 0 && 'no attack',
    new Set(names).size < names.length && `attacks ${names.join(', ')}`,
    ...Object.entries(counts).map(
      ([name, value]) => !(Number.isInteger(value) && value > 0) && `${name} ${value}`,
    ),
  ].filter((problem) => typeof problem === 'string')
  if (problems.length > 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'attacks with different names, integers of at least 1, and at least 2 folds',
      found: problems.join(', '),
      remedy: 'Correct these options',
    })
  }
  const least = gate ? (gate.folds ?? 4) : 1
  const harmful = prompts.filter(({ kind }) => isTarget(kind)).length
  const harmless = prompts.length - harmful
  if (harmful >= least && harmless >= least) return
  throw new PatchError('EMPTY_DATA', {
    expected: `at least ${least} harmful and ${least} harmless prompts`,
    found: `${harmful} and ${harmless}`,
    remedy: 'Add prompts (everydayPrompts makes harmless ones)',
  })
}
