import { PatchError } from '../errors.ts'
import {
  checkDraws,
  type EvaluationSubject,
  probabilitiesOf,
  respondent,
} from '../evaluate/evaluation-subject.ts'
import type { DomainPrompt } from '../evaluate/metrics/domain-metric.ts'
import type { IntervalOptions } from '../evaluate/metrics/metric-figure.ts'
import type { Measurement } from '../evaluate/statistics/measurement.ts'
import { given, type Resolved } from '../given.ts'
import type { RespondSettings } from '../pairs/references/reference.ts'
import { type StageProgress, sampleSeed, sampleSource } from '../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../pairs/responses/response-journal.ts'
import { digestOf } from '../sha256.ts'
import type { Place } from '../storage/place.ts'
import { checkDomain } from './check-domain.ts'
import type { Domain, DomainSampling } from './domain.ts'
import { type MeasuredPrompt, measureDomain, type SkippedMetric } from './measure-domain.ts'
import { metricValues } from './metric-values.ts'
import { judgeSamples, sampleResponses } from './sample-responses.ts'

export interface EvaluateDomainOptions {
  readonly domain: Domain
  readonly subject: EvaluationSubject
  readonly prompts: readonly DomainPrompt[]
  /** Name of the prompts in figures, such as `harmful-instructions (test)`. */
  readonly data: string
  /** Overrides parts of the domain's sampling, such as the number of samples. */
  readonly sampling?: Partial<DomainSampling> | undefined
  /** Seed for sampling. Default 0. */
  readonly seed?: number | undefined
  /** Rows generated together. */
  readonly batchSize?: number | undefined
  /** Options for bootstrap intervals. */
  readonly intervals?: IntervalOptions | undefined
  /** Saves responses, scores and values in this file, so that a stopped run can be resumed. */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface DomainEvaluation {
  readonly measurements: readonly Measurement[]
  /** In the order of the prompts. */
  readonly responses: readonly MeasuredPrompt[]
  /** Metrics of the domain without a figure, and why. */
  readonly skipped: readonly SkippedMetric[]
}

/**
 * Measures a subject in a domain: samples its responses, lets every judge score them, and computes the domain's figures from
 * the scores and the subject's probabilities, separately for each part of the data. Metrics that need probabilities are
 * skipped and listed if the subject gives none.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT` for an invalid domain or sampling, or a prompt without a response;
 *   `RESUME_MISMATCH` if `path` belongs to another run; `ABORTED`; `STORAGE_FAILED`; and the errors of the subject and the
 *   judges.
 */
export async function evaluateDomain(options: EvaluateDomainOptions): Promise<DomainEvaluation> {
  const { domain, subject, prompts } = options
  const { seed = 0, batchSize, path, onProgress, signal } = options
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one prompt',
      found: 'none',
      remedy: `Pass prompts for ${domain.name}`,
    })
  }
  const sampling = {
    topP: 1,
    topK: 0,
    ...given(domain.sampling),
    ...given(options.sampling),
  } as Resolved<DomainSampling>
  checkDomain(domain, sampling)
  checkDraws(subject, sampling.samples)
  const { samples, ...drawing } = sampling
  const settings = (sample: number): RespondSettings => ({
    ...drawing,
    format: domain.format,
    seed: sampleSeed(seed, sample),
    batchSize,
  })
  const first = await respondent(subject, prompts, 0, settings(0))
  const journal = await openResponseJournal(path, {
    run: 'domain',
    domain: domain.name,
    format: domain.format,
    sampling: { ...drawing, seed },
    subject: { ...(await sourceMark(first)), name: subject.name, source: first.name },
    prompts: await digestOf(prompts.map(({ kind, prompt }) => [kind, prompt])),
  })
  const all = [...prompts.keys()]
  const stage = { journal, samples, source: 'sample', onProgress, signal }
  const readsResponses = domain.metrics.some(({ reads }) => reads !== 'probabilities')
  const sampled = readsResponses ? samples : 0
  const respond = (sample: number) => respondent(subject, prompts, sample, settings(sample))
  await sampleResponses(respond, prompts, all, { ...stage, samples: sampled })

  const shown = prompts.map(({ kind, prompt, request }) => ({ kind, prompt: request ?? prompt }))
  const judged: { role: string; judge: string; scores: ReadonlyMap<number, number>[] }[] = []
  for (const [role, judges] of Object.entries(domain.judges)) {
    for (const judge of judges) {
      const scores = await judgeSamples(judge, shown, { ...stage, samples: sampled })
      judged.push({ role, judge: judge.name, scores })
    }
  }
  const responses = prompts.map(
    (prompt, index): MeasuredPrompt => ({
      ...prompt,
      samples: Array.from({ length: sampled }, (_, sample) => ({
        response: journal.responses(sampleSource('sample', sample)).get(index) as string,
        scores: judged.map(({ role, judge, scores }) => ({
          role,
          judge,
          score: scores[sample]?.get(index) as number,
        })),
      })),
    }),
  )
  const source = probabilitiesOf(subject, settings(0))
  const values = await metricValues(domain, source, prompts, { journal, onProgress, signal })
  return { ...measureDomain(domain, subject, responses, values, options), responses }
}
