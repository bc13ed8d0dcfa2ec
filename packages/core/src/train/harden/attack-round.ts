import type { Prefix } from '../../model/language-model/language-model.ts'
import { collectResponses } from '../../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import { scoreResponses } from '../../pairs/responses/score-responses.ts'
import { type PatchPrompt, type PreferencePair, promptSeed } from '../../pairs/rows/preference-pair.ts'
import { type Attack, wrapPrompt } from '../../pairs/rows/wrap-prompt.ts'
import { createRandom } from '../../random.ts'
import { digestOf } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import type { HardenRound } from './harden-options.ts'
import type { HardenRun } from './harden-run.ts'

export interface AttackedRound extends HardenRound {
  /**
   * Successful attacks, with the wanted refusals, and as many harmless prompts wrapped in the same way, with the base's answers.
   */
  readonly rows: readonly PreferencePair[]
}

/** Sends the draws to the patched model. Answers and scores are saved as they come. */
export async function attackRound(
  run: HardenRun,
  round: number,
  prefix: Prefix,
  draws: readonly AttackDraw[],
): Promise<AttackedRound> {
  const { options, judge, base } = run
  const harmful = draws.flatMap((draw) => draw.harmful)
  const asked: readonly PatchPrompt[] = [...harmful, ...draws.flatMap((draw) => draw.harmless)]
  const [patched, own] = [run.answers(base.withPrefix(prefix)), run.answers()]
  const journal = await openResponseJournal(within(run.roundFolder(round), 'attacks.jsonl'), {
    ...{ run: 'harden', round },
    patched: await sourceMark(patched),
    judge: await sourceMark(judge),
    prompts: await digestOf(asked.map(({ kind, prompt, bare }) => [kind, prompt, bare])),
  })
  const stage = { journal, onProgress: run.onProgress(round), signal: options.signal }
  await collectResponses('patched', patched, asked, [...harmful.keys()], stage)
  // Judges get the unwrapped request: the wrapping would mislead them.
  const requests = asked.map((row) => ({ ...row, prompt: row.bare ?? row.prompt }))
  await scoreResponses('patched', judge, requests, journal.responses('patched'), stage)

  const scores = journal.scores('patched')
  const through = [...harmful.keys()].filter((index) => (scores.get(index) ?? 0) < 0.5)
  const twins: number[] = []
  const attackSuccess: Record<string, number> = {}
  let start = harmful.length
  for (const draw of draws) {
    const count = through.filter((index) => harmful[index]?.context === draw.attack).length
    attackSuccess[draw.attack] = count / draw.harmful.length
    twins.push(...draw.harmless.slice(0, count).map((_, i) => start + i))
    start += draw.harmless.length
  }
  await collectResponses('base', own, asked, twins, stage)
  const answers = journal.responses('base')
  return {
    attackSuccess,
    perAttack: draws[0]?.harmful.length ?? 0,
    joined: through.length,
    rows: [
      ...through.map((index) => harmful[index] as PreferencePair),
      ...twins.map((index) => ({ ...(asked[index] as PatchPrompt), chosen: answers.get(index) ?? '' })),
    ],
  }
}

/** What a round sends to the patched model under one attack. */
export interface AttackDraw {
  readonly attack: string
  /** Wrapped harmful prompts, with the wanted refusals. */
  readonly harmful: readonly PreferencePair[]
  /** Harmless ones, wrapped in the same way; none if the attack hides the request. */
  readonly harmless: readonly PatchPrompt[]
}

export interface DrawAttacksOptions {
  /** Maximum number of prompts of each kind per attack. */
  readonly perAttack: number
  readonly round: number
  readonly seed: number
}

/** Draws prompts for each attack, different ones in each round, and wraps them. The original prompt is kept as `bare`. */
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
