import {
  genderDomain,
  harmfulnessDomain,
  type PatchPrompt,
  refusalJudge,
  toxicityDomain,
} from '@policypatch/core'
import { genderPrompts } from '@policypatch/core/evaluate'
import { InvalidArgumentError } from 'commander'
import { fileDomain, type OpenDomain } from '../domains/file-domain.ts'
import { offensiveLanguageScorer, refusalClassifierJudge } from '../judges/classifiers.ts'

/** What `--domain` names. */
export type DomainSpec = { readonly type: BuiltIn } | { readonly type: 'file'; readonly file: string }

const builtIn = ['harmfulness', 'toxicity', 'gender'] as const
type BuiltIn = (typeof builtIn)[number]

/** What commands say of `--domain`. */
export const domainForms = `${builtIn.join(', ')}, or your own file such as domain.ts`

/** Parses what {@link domainForms} says. Throws commander's error for anything else. */
export function parseDomainSpec(text: string): DomainSpec {
  const name = builtIn.find((one) => one === text)
  if (name) return { type: name }
  if (/\.[cm]?[jt]s$/.test(text)) return { type: 'file', file: text }
  throw new InvalidArgumentError(`Use ${domainForms}.`)
}

/**
 * Whether a domain's recipe is what `pairs` and `train` do where none is named: the gate, the prompts that the model makes and the
 * check are harmfulness's own.
 */
export const isUsual = (spec: DomainSpec | undefined): boolean =>
  spec === undefined || spec.type === 'harmfulness'

/** Finds the domain that was named, so that what is wrong with it is known before the model is loaded. */
export async function findDomain(spec: DomainSpec): Promise<OpenDomain> {
  switch (spec.type) {
    case 'file':
      return fileDomain(spec.file)
    case 'harmfulness': {
      const domain = harmfulnessDomain({ refusal: [refusalJudge(), await refusalClassifierJudge()] })
      return async () => domain
    }
    case 'toxicity': {
      const scorer = await offensiveLanguageScorer()
      return async ({ model }) => toxicityDomain({ scorers: [scorer], base: model })
    }
    case 'gender': {
      const domain = genderDomain()
      return async () => domain
    }
  }
}

/** Prompts that come with a domain: those to train on share no words with those to measure. */
export function promptsOfDomain(
  spec: DomainSpec | undefined,
  use: 'train' | 'measure',
): readonly PatchPrompt[] | undefined {
  if (spec?.type !== 'gender') return undefined
  return genderPrompts().filter((_, index) => (index % 2 === 0) === (use === 'train'))
}
