import type { StageProgress } from '../../pairs/collect-responses.ts'
import type { Judge } from '../../pairs/judge.ts'
import type { PatchPrompt } from '../../pairs/preference-pair.ts'
import type { ResponseJournal } from '../../pairs/response-journal.ts'
import { scoreResponses } from '../../pairs/score-responses.ts'
import { sourceMark } from '../../pairs/source-mark.ts'
import { digestOf } from '../../sha256.ts'
import { sampleSource } from './sample-responses.ts'

export interface JudgeSamplesOptions {
  readonly journal: ResponseJournal
  readonly samples: number
  /** Names the samples in the journal. */
  readonly source: string
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Has a judge score every sample of the prompts that the journal holds no score of yet. Another judge, or the same with
 * other settings, keeps its scores apart, so that one can be added to a run that has ended.
 *
 * @returns the scores, by sample and prompt index
 */
export async function judgeSamples(
  judge: Judge,
  prompts: readonly PatchPrompt[],
  { journal, samples, source, onProgress, signal }: JudgeSamplesOptions,
): Promise<ReadonlyMap<number, number>[]> {
  const mark = (await digestOf(await sourceMark(judge))).slice(0, 12)
  const total = samples * prompts.length
  const scores: ReadonlyMap<number, number>[] = []
  for (let sample = 0; sample < samples; sample++) {
    const own = sampleSource(source, sample)
    const name = `${own} by ${judge.name} ${mark}`
    const held = journal.scores(name)
    await scoreResponses(name, judge, prompts, journal.responses(own), {
      journal,
      signal,
      onProgress:
        onProgress &&
        (() => onProgress({ stage: judge.name, done: sample * prompts.length + held.size, total })),
    })
    scores.push(held)
  }
  return scores
}
