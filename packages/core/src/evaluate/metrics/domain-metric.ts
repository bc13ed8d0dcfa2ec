import type { CandidateRequest, ScoreRequest } from '../../model/language-model/language-model.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

interface MetricBase {
  /** Such as `refusal rate`. */
  readonly name: string
  /** Which direction is better. */
  readonly better: 'higher' | 'lower'
  /** Computes the figure from the units' values. Default: their mean. */
  readonly statistic?: ((values: ArrayLike<number>) => number) | undefined
}

/** A metric of responses, computed prompt by prompt. */
interface ResponseMetricBase extends MetricBase {
  /**
   * Name of the independently drawn unit that a prompt belongs to: the prompts of a unit are averaged before anything else,
   * and the interval is over units. Default: every prompt is its own unit.
   */
  readonly unit?: ((prompt: DomainPrompt) => string) | undefined
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
  /** A prompt's value from its samples; undefined if the metric does not apply to this prompt. */
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
  readonly rows?: { readonly name: string; readonly items: readonly unknown[] } | undefined
  /** What the values depend on besides prompts or rows. Values of an earlier run are reused only with the same settings. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** The values of some of the prompts, or of some of its rows, in their order. */
  values(source: ProbabilitySource, rows: readonly unknown[]): Promise<readonly number[]>
}

/** A metric of a domain: its name, and how to compute a value from one prompt's responses or probabilities. */
export type DomainMetric = JudgedMetric | TextMetric | ProbabilityMetric

/** A prompt that a domain is measured on; the name of its part, such as a jailbreak, is added to the name of the data. */
export interface DomainPrompt extends PatchPrompt {
  /**
   * The behaviour that it tries to elicit, if several prompts try the same one: a rate by behaviour averages these first.
   * Default: the prompt itself.
   */
  readonly behaviour?: string
  /** What judges see instead of the prompt: the request inside a jailbreak. */
  readonly request?: PatchPrompt['prompt']
}

/** A prompt's identity among the others: its behaviour, else its text. */
export const behaviourOf = ({ behaviour, request, prompt }: DomainPrompt): string =>
  behaviour ?? JSON.stringify(request ?? prompt)

/** A source of probabilities: a model, patched or not, or one with a system prompt. */
export interface ProbabilitySource {
  readonly tokenizer: Tokenizer
  /** The domain's prompt format. */
  readonly format: PromptFormat
  /** Σ log π of given responses, in nats. */
  scoreTotals(requests: readonly ScoreRequest[]): Promise<readonly number[]>
  /** log π of named tokens at each position of given responses, [tokens, k]. */
  scoreCandidates(requests: readonly CandidateRequest[]): Promise<readonly Float32Array[]>
}
