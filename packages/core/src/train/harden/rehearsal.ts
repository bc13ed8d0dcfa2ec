import type { PreferencePair } from '../../pairs/preference-pair.ts'
import { promptSeed } from '../../pairs/prompt-seed.ts'
import { createRandom } from '../../random.ts'
import type { PlainAnswers } from './plain-answers.ts'

/** Plain rows to go with those that joined, so that what the patch does already is kept: of each kind half, other ones each time. */
export async function rehearsal(
  { harmful, harmless, answered }: PlainAnswers,
  { count, seed, round }: { readonly count: number; readonly seed: number; readonly round: number },
): Promise<PreferencePair[]> {
  const random = createRandom(promptSeed(seed, `rehearsal ${round}`))
  const refused = random.shuffle(harmful).slice(0, Math.ceil(count / 2))
  const places = random.shuffle([...harmless.keys()]).slice(0, Math.floor(count / 2))
  return [...refused, ...(await answered(places))]
}
