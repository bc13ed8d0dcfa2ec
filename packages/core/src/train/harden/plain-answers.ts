import { PatchError } from '../../errors.ts'
import { collectResponses } from '../../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import { scoreResponses } from '../../pairs/responses/score-responses.ts'
import { type PatchPrompt, type PreferencePair, promptSeed } from '../../pairs/rows/preference-pair.ts'
import { isTarget } from '../../pairs/rows/prompt-kind.ts'
import { createRandom } from '../../random.ts'
import { digestOf } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import type { HardenRun } from './harden-run.ts'

/** The answers to prompts without an attack. */
export interface PlainAnswers {
  /** The harmful prompts that the reference refuses, with its refusals of their bare form. */
  readonly harmful: readonly PreferencePair[]
  readonly harmless: readonly PatchPrompt[]
  /** The harmless prompts at these indices, with the base's own answers, each requested only once per run. */
  answered(places: readonly number[]): Promise<PreferencePair[]>
}

/** Asks the reference about all harmful prompts. Throws `EMPTY_DATA` if it refuses none. */
export async function plainAnswers(run: HardenRun): Promise<PlainAnswers> {
  const { options, directory, judge } = run
  const { reference, prompts, signal } = options
  const base = run.answers()
  const journal = await openResponseJournal(within(directory, 'answers.jsonl'), {
    run: 'harden',
    reference: await sourceMark(reference),
    base: await sourceMark(base),
    judge: await sourceMark(judge),
    prompts: await digestOf(prompts.map(({ kind, prompt, bare }) => [kind, prompt, bare ?? null])),
  })
  const stage = { journal, onProgress: run.onProgress(0), signal }
  const rowAt = (index: number) => prompts[index] as PatchPrompt
  const indices = (targets: boolean) =>
    [...prompts.keys()].filter((index) => isTarget(rowAt(index).kind) === targets)
  const [harmfulAt, harmlessAt] = [indices(true), indices(false)]
  const bare = prompts.map((row) => ({ ...row, prompt: row.bare ?? row.prompt }))
  await collectResponses('reference', reference, bare, harmfulAt, stage)
  await scoreResponses('reference', judge, bare, journal.responses('reference'), stage)
  const harmful = harmfulAt.flatMap((index): PreferencePair[] => {
    const chosen = journal.responses('reference').get(index)
    const chosenScore = journal.scores('reference').get(index) ?? 0
    return chosen == null || chosenScore < 0.5 ? [] : [{ ...rowAt(index), chosen, chosenScore }]
  })
  if (harmful.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'a reference that refuses harmful prompts',
      found: `no refusal by ${reference.name} of ${harmfulAt.length} prompts, according to the judge ${judge.name}`,
      remedy: 'Use another reference, or check its answers',
    })
  }
  return {
    harmful,
    harmless: harmlessAt.map(rowAt),
    async answered(places) {
      const asked = places.map((place) => harmlessAt[place] as number)
      await collectResponses('base', base, prompts, asked, stage)
      const answers = journal.responses('base')
      return asked.map((index) => ({ ...rowAt(index), chosen: answers.get(index) ?? '' }))
    },
  }
}

/**
 * Plain rows to train on along with the added ones, so that the patch keeps what it does already: half of each kind, different
 * ones each time.
 */
export async function rehearsal(
  { harmful, harmless, answered }: PlainAnswers,
  { count, seed, round }: { readonly count: number; readonly seed: number; readonly round: number },
): Promise<PreferencePair[]> {
  const random = createRandom(promptSeed(seed, `rehearsal ${round}`))
  const refused = random.shuffle(harmful).slice(0, Math.ceil(count / 2))
  const places = random.shuffle([...harmless.keys()]).slice(0, Math.floor(count / 2))
  return [...refused, ...(await answered(places))]
}
