import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { Place } from '../../storage/place.ts'
import { type Estimate, pairedBootstrap } from '../statistics/bootstrap.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { type EvaluatePerplexityOptions, evaluatePerplexity } from './evaluate-perplexity.ts'

/** The change in perplexity of plain texts. */
export interface PerplexityChange {
  readonly base: Measurement
  readonly patched: Measurement
  /** Perplexity of the patched model over the base's, where 1 is no change, with its 95% bootstrap interval over texts. */
  readonly ratio: Estimate
}

export interface PerplexityChangeOptions
  extends Omit<EvaluatePerplexityOptions, 'model' | 'subject' | 'path' | 'seed'> {
  readonly base: LanguageModel
  readonly patched: LanguageModel
  /** Files in which the results of each are saved. */
  readonly paths: { readonly base: Place | undefined; readonly patched: Place | undefined }
}

/**
 * The perplexity of texts under a patched model and under its base.
 *
 * @throws as {@link evaluatePerplexity}
 */
export async function perplexityChange(options: PerplexityChangeOptions): Promise<PerplexityChange> {
  const { base: model, patched: other, paths, ...common } = options
  const before = await evaluatePerplexity({ ...common, model, subject: 'base', path: paths.base })
  const after = await evaluatePerplexity({ ...common, model: other, subject: 'patched', path: paths.patched })
  const [base, baseBits] = before as [Measurement, Measurement]
  const [patched, patchedBits] = after as [Measurement, Measurement]
  // Each text has its bits per byte; its log-perplexity is a fixed multiple: nats for bits, tokens for bytes.
  const natsPerToken = (bits: Measurement) =>
    (bits.values ?? []).map((value) => (value * Math.log(base.value)) / baseBits.value)
  const { value, low, high, n } = pairedBootstrap(natsPerToken(baseBits), natsPerToken(patchedBits))
  return { base, patched, ratio: { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high), n } }
}
