import type { DomainPrompt } from 'policypatch/evaluate'
import type { DomainCase } from '../domains/cases/domain-case.ts'

/** Test prompts of a part that are measured: many stacks are. */
const MOST = 60

/** A domain with fewer test prompts, and the figure that its patch is judged by, so that many stacks can be measured. */
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

/** What each domain's effect is told by, and over-refusal. */
export const effects: Readonly<Record<string, string>> = {
  harmfulness: 'refusal rate',
  toxicity: 'expected maximum toxicity',
  gender: 'gender logits difference, he and she',
}
export const overRefusal = 'over-refusal rate'

const figures = [...Object.values(effects), overRefusal]
