/**
 * One figure: a metric of one subject, with everything needed to assess it. Reports consist of these. Two with values for the
 * same prompts can be compared in pairs.
 */
export interface Measurement {
  /** Such as `harmfulness`. */
  readonly domain: string
  /** Such as `refusal rate`. */
  readonly metric: string
  /** The judge's name, or `likelihood` if the model's own probabilities are the score. */
  readonly judge: string
  /** What was measured: `base`, `patched`, `reference`, `system prompt`, `random prefix`, `lora` or another name. */
  readonly subject: string
  /** What it was measured on, such as `harmful-instructions (test)`. */
  readonly data: string
  /** Seed of the subject's training, where it was trained. */
  readonly seed?: number
  /** Number of prompts, or other independently sampled units; the interval is over these. */
  readonly n: number
  readonly value: number
  /** 95% interval: low ≤ value ≤ high. */
  readonly low: number
  readonly high: number
  readonly interval: 'wilson' | 'bootstrap'
  /** Which direction is better. */
  readonly better: 'higher' | 'lower'
  /** The score of each of the n units, in the order of the data; their mean is `value` unless the metric says otherwise. */
  readonly values?: readonly number[]
}
