import { PatchError } from '../errors.ts'
import type { Domain, DomainSampling } from './domain.ts'

/**
 * Throws `INVALID_ARGUMENT` with everything that prevents a domain from being measured.
 *
 * @param sampling replaces the domain's own
 */
export function checkDomain(
  { name, judges, metrics, sampling: own }: Domain,
  sampling: DomainSampling = own,
): void {
  const { samples, temperature, maxTokens } = sampling
  const roles = Object.keys(judges)
  const twice = (names: readonly string[]) => names.filter((each, i) => names.indexOf(each) !== i)
  const problems = [
    !(Number.isInteger(samples) && samples > 0) && `${samples} samples`,
    !(Number.isInteger(maxTokens) && maxTokens > 0) && `maxTokens ${maxTokens}`,
    !(temperature >= 0) && `temperature ${temperature}`,
    samples > 1 && temperature === 0 && `${samples} samples at temperature 0, which would all be the same`,
    metrics.length === 0 && 'no metric',
    ...twice(metrics.map((metric) => metric.name)).map((metric) => `two metrics ${metric}`),
    ...Object.entries(judges).flatMap(([role, own]) =>
      twice(own.map((judge) => judge.name)).map((judge) => `two judges ${judge} for ${role}`),
    ),
    ...metrics.map(
      (metric) =>
        metric.reads === 'scores' &&
        !roles.includes(metric.role) &&
        `${metric.name}, which needs judges for ${metric.role}`,
    ),
  ].filter((problem) => typeof problem === 'string')
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a domain ${name} whose metrics and judges have different names, with judges for every role and valid sampling`,
    found: problems.join('; '),
    remedy: 'Correct the domain or the sampling',
  })
}
