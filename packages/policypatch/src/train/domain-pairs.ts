import {
  type Domain,
  domainPairs,
  type LanguageModel,
  PatchError,
  type PatchPrompt,
  type PreferencePair,
} from '@policypatch/core'
import type { PromptContext } from '@policypatch/core/pairs'
import type { CommandContext } from '../cli/command-context.ts'
import type { ReferenceSource } from '../options/open-reference.ts'
import type { PairOptions } from '../options/pair-options.ts'
import { runPrompts } from './run-prompts.ts'

export interface MakeDomainPairsOptions {
  readonly model: LanguageModel
  readonly source: ReferenceSource
  readonly prompts: readonly PatchPrompt[]
  readonly contexts: readonly PromptContext[] | 'default' | undefined
  /** Path of the journal. Other files that the model generates are stored beside it. */
  readonly path: string
  readonly batchSize: number
}

/**
 * Makes the pairs of a domain's recipe.
 *
 * @throws `INVALID_ARGUMENT` if the recipe needs several answers and the reference has only one, or if contexts or everyday
 *   prompts are given for a domain of plain texts; and the errors of `domainPairs`.
 */
export async function makeDomainPairs(
  context: CommandContext,
  domain: Domain,
  options: PairOptions,
  { model, source, prompts: given, contexts, path, batchSize }: MakeDomainPairsOptions,
): Promise<PreferencePair[]> {
  const { seed, maxTokens } = options
  const { progress, signal } = context
  checkFit(domain, options, source)
  const reference = source.at({ maxTokens: 64, temperature: 0, seed, format: domain.format })
  const prompts = await runPrompts(context, options, { prompts: given, model, reference, contexts, path })
  const pairs = context.isGiven('maxTokens') ? { ...domain.pairs, maxTokens } : domain.pairs
  return domainPairs({
    domain: { ...domain, pairs },
    ...{ model, prompts, seed, batchSize, signal, path },
    reference: (settings) => source.at(settings),
    onProgress: ({ stage, ...count }) => progress.report({ stage: `pairs: ${stage}`, ...count }),
  })
}

function checkFit({ name, format, pairs }: Domain, options: PairOptions, { draws }: ReferenceSource): void {
  const { samples = 1 } = pairs
  if (samples > 1 && !draws) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a reference that can give ${samples} different answers to each prompt, as the recipe of ${name} requires`,
      found: 'recorded answers, with one per prompt',
      remedy: 'Use a model, an adapter, a system prompt or an endpoint',
    })
  }
  const { contexts = 'none', everyday = 0 } = options
  if (format === 'text' && (contexts !== 'none' || everyday > 0)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `no --contexts or --everyday, which need chats: the prompts of ${name} are texts to continue`,
      found: contexts === 'none' ? `--everyday ${everyday}` : `--contexts ${contexts}`,
      remedy: 'Remove the option',
    })
  }
}
