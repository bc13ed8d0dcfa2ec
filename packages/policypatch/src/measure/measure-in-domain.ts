import { basename } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { applyPatch, type LanguageModel, type Patch, readPrompts } from '@policypatch/core'
import { type DomainPrompt, type ReportData, reportEffects } from '@policypatch/core/evaluate'
import type { ReadRowsOptions } from '@policypatch/core/pairs'
import type { CommandContext } from '../cli/command-context.ts'
import { keptRun } from '../cli/kept-run.ts'
import { renderTable } from '../cli/render-table.ts'
import type { OpenDomain } from '../domains/file-domain.ts'
import { type DomainSpec, findDomain, promptsOfDomain } from '../options/domain-spec.ts'
import { findReferenceSource, type ReferenceSource } from '../options/open-reference.ts'
import { rowsOptions } from '../options/pair-options.ts'
import { referenceSettings } from '../options/reference-spec.ts'
import { reportedPatch } from '../report/page/report-context.ts'
import {
  type DomainFigures,
  domainJson,
  domainSubjects,
  domainTable,
  measureSubjects,
  skippedLines,
  subjectOf,
} from './domain-figures.ts'
import type { EvalOptions, Measured, ToMeasure } from './eval-options.ts'

/** Measures the figures of the given domain. */
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
      model: index === 0 ? model : applyPatch(model, patches[index - 1] as Patch),
    })),
    tables: [[renderTable(domainTable(figures)), ...skippedLines(figures)].join('\n')],
    json: { domain: name, ...domainJson(figures) },
    effects: patch ? reportEffects(measurements, { subject: subjectOf(patch) }) : [],
    report: ({ maxTokens: _, ...settings }) =>
      domainReport(figures, { base: model.id, patch, settings: { ...settings, ...sampling } }),
  }
}

/** Prompts, and their name in figures. */
export interface DomainData {
  readonly data: string
  readonly prompts: readonly DomainPrompt[]
}

/** The prompts of the given files, each file a part if there are several, or those that come with the domain. */
export async function domainData(
  spec: DomainSpec,
  files: readonly string[] | undefined,
  rows: ReadRowsOptions,
): Promise<DomainData> {
  if (!files) return { data: `${spec.type} prompts`, prompts: promptsOfDomain(spec, 'measure') ?? [] }
  const prompts: DomainPrompt[] = []
  for (const file of files) {
    const part = files.length > 1 ? { part: basename(file) } : {}
    for (const row of await readPrompts({ storage: fileStorage(), path: file }, rows))
      prompts.push({ ...part, ...row })
  }
  return { data: files.length > 1 ? 'prompts' : basename(files[0] as string), prompts }
}

export interface EvaluateByDomainOptions extends DomainData {
  readonly openDomain: OpenDomain
  readonly model: LanguageModel
  readonly patches: readonly Patch[]
  readonly source: ReferenceSource | undefined
  readonly systemPrompt: string | true | undefined
  /** Overrides the domain's own settings. */
  readonly sampling: { readonly samples?: number; readonly maxTokens?: number }
  readonly batchSize: number
  readonly out: string | undefined
  readonly fresh: boolean | undefined
}

/** Figures, and the name of their domain. */
export interface EvaluatedDomain extends DomainFigures {
  readonly name: string
}

/**
 * Measures a domain's figures. With `out`, answers and scores are saved in the folder `<out>.run`, so that a stopped run can be
 * resumed.
 */
export async function evaluateByDomain(
  context: CommandContext,
  { openDomain, model, patches, source, systemPrompt, out, fresh, ...options }: EvaluateByDomainOptions,
): Promise<EvaluatedDomain> {
  const domain = await openDomain({ model })
  const subjects = domainSubjects(model, { patches, source, systemPrompt })
  const directory = out === undefined ? undefined : `${out}.run`
  const measure = () => measureSubjects(context, domain, subjects, { ...options, directory })
  if (directory === undefined) return { name: domain.name, ...(await measure()) }
  const run = { place: directory, option: '--out', fresh, folders: [directory] } as const
  return { name: domain.name, ...(await keptRun(context.progress, run, measure)) }
}

/** The measurements as report data, which `report` reads. */
export function domainReport(
  { name, subjects, measurements, examples }: EvaluatedDomain,
  {
    base,
    patch,
    settings,
  }: {
    readonly base: string
    readonly patch: Patch | undefined
    readonly settings: Readonly<Record<string, unknown>>
  },
): ReportData {
  return {
    format: 'policypatch-report/v1',
    title: patch ? `${patch.manifest.name} for ${base}` : `${name} of ${base}`,
    created: new Date().toISOString(),
    base,
    ...(patch && { patch: reportedPatch(patch) }),
    command: '',
    settings: { domain: name, subjects: subjects.join(', '), ...settings },
    measurements,
    agreement: [],
    examples,
    curves: [],
  }
}
