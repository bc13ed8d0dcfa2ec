import { applyPatch, type Patch, reportEffects } from '@policypatch/core'
import type { CommandContext } from './command-context.ts'
import { subjectOf } from './domain-figures.ts'
import { type DomainSpec, findDomain } from './domain-spec.ts'
import { domainJson, domainTable, skippedLines } from './domain-table.ts'
import type { EvalOptions, Measured, ToMeasure } from './eval-options.ts'
import { domainData, domainReport, evaluateByDomain } from './evaluate-domain.ts'
import { findReferenceSource } from './open-reference.ts'
import { rowsOptions } from './pair-options.ts'
import { referenceSettings } from './reference-spec.ts'
import { renderTable } from './render-table.ts'

/** The figures of the domain that was named. */
export async function measureInDomain(
  context: CommandContext,
  options: EvalOptions,
  { patches, modelId, systemPrompt }: ToMeasure,
): Promise<Measured> {
  const { prompts: files, out, fresh, samples, maxTokens, batchSize } = options
  const spec = options.domain as DomainSpec
  const openDomain = await findDomain(spec)
  const given = await domainData(spec, files, rowsOptions(context, options))
  const openSource =
    options.reference && (await findReferenceSource(options.reference, context, referenceSettings(options)))
  const model = await context.loadModel(modelId)
  const source = await openSource?.({ model, modelId })
  const sampling = {
    ...(samples !== undefined && { samples }),
    ...(context.isGiven('maxTokens') && { maxTokens }),
  }
  const figures = await evaluateByDomain(context, {
    ...{ ...given, openDomain, model, patches, source, systemPrompt, sampling, batchSize, out, fresh },
  })
  const { name, measurements } = figures
  const [patch] = patches
  return {
    model: model.id,
    subjects: figures.subjects.slice(0, 1 + patches.length).map((subject, index) => ({
      name: subject,
      of: { model: index === 0 ? model : applyPatch(model, patches[index - 1] as Patch) },
    })),
    tables: [[renderTable(domainTable(figures)), ...skippedLines(figures)].join('\n')],
    json: { domain: name, ...domainJson(figures) },
    effects: patch ? reportEffects(measurements, { subject: subjectOf(patch) }) : [],
    report: ({ maxTokens: _, ...settings }) =>
      domainReport(figures, { base: model.id, patch, settings: { ...settings, ...sampling } }),
  }
}
