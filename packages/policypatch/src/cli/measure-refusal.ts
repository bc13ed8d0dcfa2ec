import { formatEvaluation } from '@policypatch/core'
import type { CommandContext } from './command-context.ts'
import type { EvalOptions, Measured, ToMeasure } from './eval-options.ts'
import { evaluateSubjects, subjectsOf } from './evaluate-subjects.ts'
import { evaluationPrompts } from './evaluation-prompts.ts'
import { evaluationData, evaluationSummary, recordedEffects } from './evaluation-report.ts'
import { findReference } from './open-reference.ts'
import { judgeOf, rowsOptions } from './pair-options.ts'
import { referenceSettings } from './reference-spec.ts'
import { renderTable } from './render-table.ts'

/** Refusal, or how far another goal is met, by origin and context; nothing where there are no prompts. */
export async function measureRefusal(
  context: CommandContext,
  options: EvalOptions,
  { patches, modelId, systemPrompt }: ToMeasure,
): Promise<Measured> {
  const { prompts: files, contexts, out, fresh, maxTokens, batchSize, format } = options
  const judge = await judgeOf(context, options)
  const promptsFor =
    files && (await evaluationPrompts(files, { contexts, rows: rowsOptions(context, options) }))
  const openReference =
    options.reference &&
    (await findReference(options.reference, context, {
      endpoint: referenceSettings(options),
      sampling: { maxTokens, format, temperature: 0, seed: 0 },
    }))
  const model = await context.loadModel(modelId)
  const prompts = promptsFor?.(model.tokenizer)
  const generation = { maxTokens, batchSize, format }
  const reference = await openReference?.({ model, modelId })
  const subjects = await subjectsOf(model, { patches, reference, systemPrompt, generation })
  const evaluation =
    prompts && (await evaluateSubjects(context, subjects, { prompts, judge, generation, out, fresh }))
  return {
    model: model.id,
    subjects,
    tables: evaluation ? [formatEvaluation(evaluation, renderTable)] : [],
    json: evaluation ? evaluationSummary(evaluation) : {},
    effects: recordedEffects(evaluation),
    report: (settings) =>
      evaluationData(evaluation, {
        ...{ model: model.id, patch: patches[0] },
        settings: { ...settings, contexts, format },
      }),
  }
}
