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

/** A parsed `--domain`. */
export type DomainSpec = { readonly type: BuiltIn } | { readonly type: 'file'; readonly file: string }

const builtIn = ['harmfulness', 'toxicity', 'gender'] as const
type BuiltIn = (typeof builtIn)[number]

/** How help texts describe the values of `--domain`. */
export const domainForms = `${builtIn.join(', ')}, or your own file such as domain.ts`

/** Parses the forms in {@link domainForms}. Throws commander's error for anything else. */
export function parseDomainSpec(text: string): DomainSpec {
  const name = builtIn.find((one) => one === text)
  if (name) return { type: name }
  if (/\.[cm]?[jt]s$/.test(text)) return { type: 'file', file: text }
  throw new InvalidArgumentError(`Use ${domainForms}.`)
}

/**
 * Whether a domain uses the recipe that `pairs` and `train` follow without a domain. The gate, the generated prompts and the
 * check are specific to harmfulness.
 */
export const isUsual = (spec: DomainSpec | undefined): boolean =>
  spec === undefined || spec.type === 'harmfulness'

/** Finds the named domain before the model is loaded, so that errors in it show up early. */
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

/** The prompts that come with a domain. Training prompts share no words with the prompts for measuring. */
export function promptsOfDomain(
  spec: DomainSpec | undefined,
  use: 'train' | 'measure',
): readonly PatchPrompt[] | undefined {
  if (spec?.type !== 'gender') return undefined
  return genderPrompts().filter((_, index) => (index % 2 === 0) === (use === 'train'))
}
