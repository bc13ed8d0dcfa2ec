import { applyPatch, type LanguageModel, systemPromptReference } from 'policypatch'
import { type EvaluationSubject, randomPrefixLike } from 'policypatch/evaluate'
import type { DomainCase } from './cases/domain-case.ts'
import type { TrainedPatches } from './train-patches.ts'

/** The subjects to measure in a domain, in table order. The LoRA comes last, because its weights must be loaded first. */
export function caseSubjects(
  { systemPrompt }: DomainCase,
  model: LanguageModel,
  reference: LanguageModel,
  { patches }: Pick<TrainedPatches, 'patches'>,
): EvaluationSubject[] {
  const [first] = patches
  return [
    { name: 'base', model },
    ...patches.map(({ seed, patch }) => ({ name: 'patched', seed, model: applyPatch(model, patch) })),
    { name: 'reference', model: reference },
    {
      name: 'system prompt',
      tokenizer: model.tokenizer,
      reference: (settings) => systemPromptReference({ model, ...settings, systemPrompt }),
    },
    ...(first ? [{ name: 'random prefix', model: model.withPrefix(randomPrefixLike(first.patch, 0)) }] : []),
  ]
}
