import type { DomainPrompt } from 'policypatch/evaluate'
import type { DomainCase } from '../domains/cases/domain-case.ts'

/** Maximum test prompts per part, because many stacks are measured. */
const MOST = 60

/** Reduces a domain to fewer test prompts and its main figure, so that many stacks can be measured. */
export function smallCase({ domain, test, ...rest }: DomainCase): DomainCase {
  const own = domain.name === 'gender' ? test.filter(({ part }) => part === 'occupation') : test
  const parts = [...new Set(own.map(({ part }) => part))]
  const { attacks: _, ...kept } = rest
  return {
    ...kept,
    test: parts.flatMap((part): DomainPrompt[] =>
      own.filter((prompt) => prompt.part === part).slice(0, MOST),
    ),
    domain: { ...domain, metrics: domain.metrics.filter(({ name }) => figures.includes(name)) },
  }
}

/** The metric of each domain's effect. */
export const effects: Readonly<Record<string, string>> = {
  harmfulness: 'refusal rate',
  toxicity: 'expected maximum toxicity',
  gender: 'gender logits difference, he and she',
}
export const overRefusal = 'over-refusal rate'

const figures = [...Object.values(effects), overRefusal]
