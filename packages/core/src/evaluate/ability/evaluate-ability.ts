import { beside, type Place, storedAt } from '../../storage/place.ts'
import type { Measurement } from '../statistics/measurement.ts'
import type { AbilityOptions } from './ability-measure.ts'
import { evaluateInstructions } from './evaluate-instructions.ts'
import { evaluateMinimalPairs } from './evaluate-minimal-pairs.ts'
import { evaluateMultipleChoice } from './evaluate-multiple-choice.ts'
import { evaluatePerplexity } from './evaluate-perplexity.ts'
import type { AbilityData } from './read-ability-data.ts'

export interface EvaluateAbilityOptions extends Omit<AbilityOptions, 'data' | 'batchSize'> {
  readonly data: AbilityData
  /** Start of the names of the files in which a run is saved, one for each measure. */
  readonly path?: Place | undefined
}

/**
 * Measures what a model can do, to find the cost of a patch: grammar by minimal pairs, knowledge by questions, prediction of
 * texts, and instruction following. Each uses its given data and default options.
 *
 * @throws as the measures: {@link evaluateMinimalPairs}, {@link evaluateMultipleChoice}, {@link evaluatePerplexity},
 *   {@link evaluateInstructions}
 */
export async function evaluateAbility(options: EvaluateAbilityOptions): Promise<Measurement[]> {
  const { data, path, ...common } = options
  const begun = storedAt(path)
  const { minimalPairs, questions, texts, instructions } = data
  const at = (set: { readonly name: string }, measure: string) => ({
    ...common,
    data: set.name,
    path: begun && beside(begun, `.${measure}.jsonl`),
  })
  return [
    ...(minimalPairs
      ? await evaluateMinimalPairs({ ...at(minimalPairs, 'minimal-pairs'), pairs: minimalPairs.items })
      : []),
    ...(questions
      ? await evaluateMultipleChoice({ ...at(questions, 'multiple-choice'), questions: questions.items })
      : []),
    ...(texts ? await evaluatePerplexity({ ...at(texts, 'perplexity'), texts: texts.items }) : []),
    ...(instructions
      ? await evaluateInstructions({ ...at(instructions, 'instructions'), instructions: instructions.items })
      : []),
  ]
}
