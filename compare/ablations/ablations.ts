import type { TrainPatchOptions } from 'policypatch'
import type { DomainCase } from '../domains/cases/domain-case.ts'

/** One variant of training. The variants of an ablation differ in one thing. */
export interface Variant {
  readonly label: string
  readonly domainCase: DomainCase
  /** Deviations from the domain's recipe. */
  readonly training?: Pick<TrainPatchOptions, 'prefix' | 'sft' | 'dpo'>
}

/** The paper's ablations (arXiv 2511.08484, section 4), by command name. */
export const ablations: Readonly<Record<string, (domainCase: DomainCase) => Variant[]>> = {
  length: (given) => [5, 10, 20, 50, 100].map((length) => vary(given, `${length}`, { prefix: { length } })),
  init: (given) =>
    (['text', 'vocab', 'random'] as const).map((init) => vary(given, init, { prefix: { init } })),
  beta: (given) => [0.05, 0.1, 0.3, 1].map((beta) => vary(given, `${beta}`, { dpo: { beta } })),
  pairs: (given) =>
    [1 / 8, 1 / 4, 1 / 2, 1].map((share) => ({
      label: `${Math.round(given.train.length * share)}`,
      domainCase: { ...given, train: given.train.filter(keepShare(share)) },
    })),
  stages: (given) => [
    vary(given, 'SFT and DPO', {}),
    vary(given, 'SFT alone', { dpo: false }),
    vary(given, 'DPO alone', { sft: false }),
  ],
  'dpo-reference': (given) =>
    (['post-sft', 'reference', 'base'] as const).map((reference) =>
      vary(given, reference, { dpo: { reference } }),
    ),
}

const vary = (
  domainCase: DomainCase,
  label: string,
  training: NonNullable<Variant['training']>,
): Variant => ({
  label,
  domainCase,
  training,
})

/** Keeps every n-th row, so that all parts of the data are thinned equally. */
const keepShare = (share: number) => (_: unknown, index: number) => index % Math.round(1 / share) === 0

/** The recipe for a reference known only by its outputs: no distributions to learn from. */
export function fromOutputs(domainCase: DomainCase): DomainCase {
  const { distillation: _, ...training } = domainCase.domain.training
  return { ...domainCase, domain: { ...domainCase.domain, training } }
}
