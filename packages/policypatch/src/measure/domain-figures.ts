import {
  applyPatch,
  type Domain,
  type LanguageModel,
  type Patch,
  systemPromptReference,
} from '@policypatch/core'
import {
  type DomainPrompt,
  type DomainSampling,
  type EvaluationSubject,
  evaluateDomain,
  type MeasuredPrompt,
  type Measurement,
  type ReportExample,
  type SkippedMetric,
} from '@policypatch/core/evaluate'
import type { CommandContext } from '../cli/command-context.ts'
import type { ReferenceSource } from '../options/open-reference.ts'

/** Measurements of several subjects in a domain. */
export interface DomainFigures {
  readonly subjects: readonly string[]
  readonly measurements: readonly Measurement[]
  readonly skipped: readonly (SkippedMetric & { readonly subject: string })[]
  /** The first prompts of each part, with each subject's response. */
  readonly examples: readonly ReportExample[]
}

/** The base, the base with each patch, then a reference and the base under a system prompt if requested. */
export function domainSubjects(
  model: LanguageModel,
  options: {
    readonly patches: readonly Patch[]
    readonly source?: ReferenceSource | undefined
    /** A text, or `true` for the built-in one. */
    readonly systemPrompt?: string | true | undefined
  },
): EvaluationSubject[] {
  const { patches, source, systemPrompt } = options
  const text = systemPrompt === true ? {} : { systemPrompt: systemPrompt as string }
  return [
    { name: 'base', model },
    ...patches.map((patch) => ({ name: subjectOf(patch), model: applyPatch(model, patch) })),
    ...(source ? [{ name: 'reference', reference: source.at, ...tokensOf(source) }] : []),
    ...(systemPrompt === undefined
      ? []
      : [
          {
            name: 'system prompt',
            tokenizer: model.tokenizer,
            reference: (settings: Parameters<ReferenceSource['at']>[0]) =>
              systemPromptReference({ model, ...text, ...settings }),
          },
        ]),
  ]
}

/** The patched model's name in figures. */
export const subjectOf = ({ manifest: { name, version } }: Patch): string => `${name}@${version}`

const tokensOf = ({ tokenizer }: ReferenceSource) => (tokenizer ? { tokenizer } : {})

export interface MeasureOptions {
  readonly prompts: readonly DomainPrompt[]
  /** The name of the prompts in figures. */
  readonly data: string
  readonly sampling?: Partial<DomainSampling> | undefined
  readonly batchSize: number
  readonly seed?: number
  /** Where answers and scores are saved, so that a stopped run can be resumed. */
  readonly directory?: string | undefined
}

/** Measures the subjects on the same prompts. */
export async function measureSubjects(
  { progress, signal }: CommandContext,
  domain: Domain,
  subjects: readonly EvaluationSubject[],
  { prompts, directory, sampling = {}, ...options }: MeasureOptions,
): Promise<DomainFigures> {
  const measurements: Measurement[] = []
  const skipped: DomainFigures['skipped'][number][] = []
  const said: (readonly MeasuredPrompt[])[] = []
  for (const [index, subject] of subjects.entries()) {
    const { name } = subject
    const found = await evaluateDomain({
      domain,
      subject,
      prompts,
      ...{ ...options, sampling, signal },
      path: directory && `${directory}/${index}.jsonl`,
      onProgress: ({ stage, ...count }) => progress.report({ stage: `${name}: ${stage}`, ...count }),
    })
    measurements.push(...found.measurements)
    skipped.push(...found.skipped.map((one) => ({ subject: name, ...one })))
    said.push(found.responses)
  }
  const names = subjects.map(({ name }) => name)
  const examples = examplesOf(domain.name, options.data, names, said)
  return { subjects: names, measurements, skipped, examples }
}

/** Maximum examples per part. */
const mostExamples = 3

function examplesOf(
  domain: string,
  data: string,
  subjects: readonly string[],
  said: readonly (readonly MeasuredPrompt[])[],
): ReportExample[] {
  const taken = new Map<string, number>()
  return (said[0] ?? []).flatMap(({ prompt, part = data, samples }, index) => {
    const count = taken.get(part) ?? 0
    if (count >= mostExamples || samples.length === 0) return []
    taken.set(part, count + 1)
    const responses = subjects.map((subject, of) => {
      const [first] = said[of]?.[index]?.samples ?? []
      const scores = (first?.scores ?? []).map(({ judge, score }) => [judge, score])
      return { subject, text: first?.response ?? '', scores: Object.fromEntries(scores) }
    })
    return [{ domain, kind: part, prompt, responses }]
  })
}

/**
 * Tabulates a domain's figures with their 95% intervals: a row for each metric, judge and part of the data, a column for each
 * subject.
 */
export function domainTable({ subjects, measurements }: DomainFigures): string[][] {
  const keyOf = ({ metric, judge, data }: Measurement) => JSON.stringify([metric, judge, data])
  const first = new Map<string, Measurement>()
  for (const one of measurements) if (!first.has(keyOf(one))) first.set(keyOf(one), one)
  const rows = [...first].map(([key, { metric, judge, data, better, n }]) => {
    const figures = subjects.map((subject) => {
      const own = measurements.find((one) => one.subject === subject && keyOf(one) === key)
      return own ? figure(own) : '–'
    })
    return [
      `${metric} (${better === 'higher' ? 'higher' : 'lower'} is better)`,
      judge,
      data,
      `${n}`,
      ...figures,
    ]
  })
  return [['', 'judge', 'data', 'n', ...subjects], ...rows]
}

/** The figures as JSON, without the values of each prompt. */
export const domainJson = ({ measurements, skipped }: DomainFigures) => ({
  measurements: measurements.map(({ values: _, ...one }) => one),
  skipped,
})

/** Why metrics have no figure, one line each. */
export const skippedLines = ({ skipped }: DomainFigures): string[] =>
  skipped.map(({ subject, metric, reason }) => `No ${metric} for ${subject}: ${reason}.`)

const figure = ({ value, low, high }: Measurement) => `${short(value)} [${short(low)}, ${short(high)}]`

const short = (value: number) => value.toFixed(Math.abs(value) < 10 ? 3 : 1)
