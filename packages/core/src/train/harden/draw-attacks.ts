import type { PatchPrompt, PreferencePair } from '../../pairs/preference-pair.ts'
import { promptSeed } from '../../pairs/prompt-seed.ts'
import { type Attack, wrapPrompt } from '../../pairs/wrap-prompt.ts'
import { createRandom } from '../../random.ts'

/** What a round puts to the patched model under one attack. */
export interface AttackDraw {
  readonly attack: string
  /** Wrapped harmful prompts, with the refusals that they shall get. */
  readonly harmful: readonly PreferencePair[]
  /** Harmless ones, wrapped alike; none where the attack hides what is asked. */
  readonly harmless: readonly PatchPrompt[]
}

export interface DrawAttacksOptions {
  /** Most prompts of each kind for each attack. */
  readonly perAttack: number
  readonly round: number
  readonly seed: number
}

/** Draws prompts for each attack, other ones in each round, and wraps them: what they were is their `bare`. */
export function drawAttacks(
  harmful: readonly PreferencePair[],
  harmless: readonly PatchPrompt[],
  attacks: readonly Attack[],
  { perAttack, round, seed }: DrawAttacksOptions,
): AttackDraw[] {
  return attacks.map((attack) => {
    const random = createRandom(promptSeed(seed, `round ${round}, ${attack.name}`))
    const draw = <Row extends PatchPrompt>(rows: readonly Row[]): Row[] =>
      random
        .shuffle(rows)
        .slice(0, perAttack)
        .map((row) => underAttack(row, attack))
    return {
      attack: attack.name,
      harmful: draw(harmful),
      harmless: attack.hides ? [] : draw(harmless),
    }
  })
}

function underAttack<Row extends PatchPrompt>(row: Row, attack: Attack): Row {
  const bare = row.bare ?? row.prompt
  return { ...row, prompt: wrapPrompt(bare, attack), bare, context: attack.name }
}
