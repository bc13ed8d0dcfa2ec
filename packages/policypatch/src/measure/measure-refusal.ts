import { basename } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { formatEvaluation, type PatchPrompt, readPrompts } from '@policypatch/core'
import { inEachContext } from '@policypatch/core/evaluate'
import {
  evaluationContexts,
  fittingContexts,
  type ReadRowsOptions,
  readContexts,
} from '@policypatch/core/pairs'
import type { Tokenizer } from '@policypatch/core/platform'
import type { CommandContext } from '../cli/command-context.ts'
import { renderTable } from '../cli/render-table.ts'
import { findReference } from '../options/open-reference.ts'
import { judgeOf, rowsOptions } from '../options/pair-options.ts'
import { referenceSettings } from '../options/reference-spec.ts'
import type { EvalOptions, Measured, ToMeasure } from './eval-options.ts'
import { evaluateSubjects, subjectsOf } from './evaluate-subjects.ts'
import { evaluationData, evaluationSummary, recordedEffects } from './evaluation-report.ts'

/** Measures refusal, or how well another goal is met, by origin and context. Without prompts it measures nothing. */
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

/**
 * Reads evaluation prompts from files. A row's part defaults to the name of its file. With `contexts` `none`, prompts stay as
 * they are; with `default` or a file of contexts, each prompt without a context of its own is placed in every kind of context.
 * The files are read immediately; which of the default contexts fit depends on the model's tokenizer.
 */
export async function evaluationPrompts(
  files: readonly string[],
  options: {
    readonly contexts: string
    readonly rows: ReadRowsOptions
  },
): Promise<(tokenizer: Tokenizer) => PatchPrompt[]> {
  const { contexts, rows } = options
  const storage = fileStorage()
  const prompts: PatchPrompt[] = []
  for (const file of files) {
    for (const row of await readPrompts({ storage, path: file }, rows))
      prompts.push({ part: basename(file), ...row })
  }
  if (contexts === 'none') return () => prompts
  if (contexts === 'default') {
    return (tokenizer) => inEachContext(prompts, fittingContexts(tokenizer, evaluationContexts))
  }
  const placed = inEachContext(prompts, await readContexts({ storage, path: contexts }))
  return () => placed
}
