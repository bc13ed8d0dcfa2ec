import { basename } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import {
  type DomainPrompt,
  type LanguageModel,
  type Patch,
  type ReadRowsOptions,
  type ReportData,
  readPrompts,
} from '@policypatch/core'
import type { OpenDomain } from '../domains/file-domain.ts'
import { reportedPatch } from '../report/reported-patch.ts'
import type { CommandContext } from './command-context.ts'
import { type DomainFigures, domainSubjects, measureSubjects } from './domain-figures.ts'
import { type DomainSpec, promptsOfDomain } from './domain-spec.ts'
import { keptRun } from './kept-run.ts'
import type { ReferenceSource } from './open-reference.ts'

/** Prompts, and what figures call them. */
export interface DomainData {
  readonly data: string
  readonly prompts: readonly DomainPrompt[]
}

/** The prompts of files, each file a part where there are several, or those that come with the domain. */
export async function domainData(
  spec: DomainSpec,
  files: readonly string[] | undefined,
  rows: ReadRowsOptions,
): Promise<DomainData> {
  if (!files) return { data: `${spec.type} prompts`, prompts: promptsOfDomain(spec, 'measure') ?? [] }
  const prompts: DomainPrompt[] = []
  for (const file of files) {
    const part = files.length > 1 ? { part: basename(file) } : {}
    for (const row of await readPrompts(fileStorage(), file, rows)) prompts.push({ ...part, ...row })
  }
  return { data: files.length > 1 ? 'prompts' : basename(files[0] as string), prompts }
}

export interface EvaluateByDomainOptions extends DomainData {
  readonly openDomain: OpenDomain
  readonly model: LanguageModel
  readonly patches: readonly Patch[]
  readonly source: ReferenceSource | undefined
  readonly systemPrompt: string | true | undefined
  /** In place of the domain's own. */
  readonly sampling: { readonly samples?: number; readonly maxTokens?: number }
  readonly batchSize: number
  readonly out: string | undefined
  readonly fresh: boolean | undefined
}

/** Figures, and the domain that they are of. */
export interface EvaluatedDomain extends DomainFigures {
  readonly name: string
}

/**
 * Measures a domain's figures. With `out` answers and scores are kept in the folder `<out>.run`, and a stopped run can be
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

/** What was measured as the data of a report, which `report` reads. */
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
