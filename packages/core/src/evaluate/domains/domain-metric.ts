import type { DomainPrompt } from './domain-prompt.ts'
import type { ProbabilitySource } from './probability-source.ts'

interface MetricBase {
  /** Such as `refusal rate`. */
  readonly name: string
  /** Which way is good. */
  readonly better: 'higher' | 'lower'
  /** What the figure is of the units' values. Default their mean. */
  readonly statistic?: (values: ArrayLike<number>) => number
}

/** Of responses, a prompt at a time. */
interface ResponseMetricBase extends MetricBase {
  /**
   * What was drawn independently, by name: prompts of one unit are averaged before anything else, and the interval is
   * over units. Default: every prompt is one.
   */
  readonly unit?: (prompt: DomainPrompt) => string
}

/** A response with a judge's score in [0, 1]. */
export interface ScoredText {
  readonly response: string
  readonly score: number
}

/** A figure for each judge of a role, from its scores. */
export interface JudgedMetric extends ResponseMetricBase {
  readonly reads: 'scores'
  /** The role of the judges whose scores it reads. */
  readonly role: string
  /** A prompt's value by its samples; undefined if the metric does not apply to this prompt. */
  readonly value: (samples: readonly ScoredText[], prompt: DomainPrompt) => number | undefined
}

/** A figure from the text of responses alone. */
export interface TextMetric extends ResponseMetricBase {
  readonly reads: 'texts'
  /** Named as the judge in figures, such as `word list`. */
  readonly judge: string
  readonly value: (responses: readonly string[], prompt: DomainPrompt) => number | undefined
}

/** A figure from the subject's probabilities, without sampling. */
export interface ProbabilityMetric extends MetricBase {
  readonly reads: 'probabilities'
  /** Rows to measure instead of the prompts, with their name in figures. */
  readonly rows?: { readonly name: string; readonly items: readonly unknown[] }
  /** What the values depend on beside prompts or rows: tells what was kept by an earlier run from what was not. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** The values of some of the prompts, or of some of its rows, in their order. */
  values(source: ProbabilitySource, rows: readonly unknown[]): Promise<readonly number[]>
}

/** A metric of a domain: its name, and how to compute a value from one prompt's responses or probabilities. */
export type DomainMetric = JudgedMetric | TextMetric | ProbabilityMetric
