import { fileStorage, type LanguageModel, modelReference } from 'policypatch'
import {
  type DomainEvaluation,
  type EvaluationSubject,
  klToReference,
  type Measurement,
} from 'policypatch/evaluate'
import type { DomainCase } from './cases/domain-case.ts'
import { type MeasureOptions, measure } from './measure.ts'

/** The results of one subject. */
export interface MeasuredSubject {
  readonly subject: EvaluationSubject
  readonly evaluation: DomainEvaluation
  /** Results under attacks, if the domain has any. */
  readonly attacked?: DomainEvaluation
  /** Divergence from the reference. */
  readonly divergence: readonly Measurement[]
}

/** Number of prompts for measuring the divergence from the reference. */
const DIVERGENCE_PROMPTS = 48

/** Measures everything about one subject. Reuses the results in its folder. */
export async function measureSubject(
  domainCase: DomainCase,
  subject: EvaluationSubject,
  reference: LanguageModel,
  options: MeasureOptions,
): Promise<MeasuredSubject> {
  const { domain, data, test, attacks } = domainCase
  const evaluation = await measure(domainCase, subject, options)
  const attacked =
    attacks && isAttacked(subject) ? await measure(domainCase, subject, options, attacks) : undefined
  const step = Math.max(1, Math.floor(test.length / DIVERGENCE_PROMPTS))
  const prompts = test.filter((_, index) => index % step === 0).slice(0, DIVERGENCE_PROMPTS)
  const { format } = domain
  const divergence =
    'model' in subject && subject.name !== 'reference'
      ? await klToReference({
          subject,
          reference: modelReference({ model: reference, format, maxTokens: 20, batchSize: 32 }),
          prompts,
          domain: domain.name,
          data,
          format,
          maxTokens: 20,
          path: { storage: fileStorage(options.folder), path: 'measured/kl.jsonl' },
        })
      : []
  return { subject, evaluation, ...(attacked && { attacked }), divergence }
}

/** Attacks take as long as everything else, so only the subjects that they matter for are attacked. */
const isAttacked = ({ name, seed = 0 }: EvaluationSubject) =>
  ['base', 'reference'].includes(name) || (name === 'patched' && seed === 0)
