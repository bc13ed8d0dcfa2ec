import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { spanOf } from '../../model/language-model/prefix.ts'
import { bootstrapInterval } from '../statistics/bootstrap.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { type AbilityOptions, subjectOf } from './ability-measure.ts'
import { scoreItems, startPrompt } from './score-items.ts'

export interface EvaluatePerplexityOptions extends AbilityOptions {
  readonly texts: readonly HeldOutText[]
  /**
   * Maximum number of tokens of a text that are read at once, not counting the start token. Default 512, or half the context
   * if that is less.
   */
  readonly window?: number | undefined
  /** Tokens between the starts of consecutive windows, 1 to `window`. Default half of it. */
  readonly stride?: number | undefined
}

/**
 * How well the texts are predicted: `perplexity`, exp(−Σ log π / tokens) over all texts together, and `bits per byte`, which
 * is −Σ log₂ π / UTF-8 bytes, by which models with different tokenizers can be compared. A text is read in windows
 * ({@link textWindows}), each after the start token (and the prefix, if there is one), so that every token is predicted once.
 * Intervals are over texts.
 *
 * `values` of `bits per byte` are each text's bits over the mean number of bytes, so that their mean is the figure;
 * `perplexity` is not a mean, and has none.
 *
 * @throws `INVALID_ARGUMENT` for windows that are invalid or do not fit the context; and the errors of {@link scoreItems}
 */
export async function evaluatePerplexity(options: EvaluatePerplexityOptions): Promise<Measurement[]> {
  const { model, texts, data = 'texts' } = options
  const { window = Math.min(512, Math.floor(model.config.maxPositions / 2)) } = options
  const { stride = Math.ceil(window / 2) } = options
  checkWindows(model, window, stride)
  const { tokenizer } = model
  const prompt = startPrompt(tokenizer)
  const ids = (text: string) => tokenizer.encode(text, { addSpecialTokens: false })
  const sums = await scoreItems(
    texts,
    ({ text }) => {
      const tokens = ids(text)
      return textWindows(tokens.length, { length: window, stride }).map(({ start, end, from }) => ({
        prompt,
        response: tokens.slice(start, end),
        from: from - start,
      }))
    },
    {
      ...options,
      // Memory grows with the square of the row length.
      batchSize: options.batchSize ?? Math.max(1, Math.floor(1024 / window)),
      measure: 'perplexity',
      settings: { window, stride },
    },
  )
  const nats = sums.map((windows) => -windows.reduce((sum, logp) => sum + logp, 0))
  const bytes = texts.map(({ text }) => new TextEncoder().encode(text).length)
  const perToken = over(nats, mean(texts.map(({ text }) => ids(text).length)))
  const bits = over(nats, mean(bytes) * Math.LN2)
  const common = {
    domain: 'ability',
    judge: 'likelihood',
    ...subjectOf(options),
    data,
    interval: 'bootstrap',
    better: 'lower',
  } as const
  const { value, low, high, n } = bootstrapInterval(perToken)
  return [
    {
      ...common,
      metric: 'perplexity',
      n,
      value: Math.exp(value),
      low: Math.exp(low),
      high: Math.exp(high),
    },
    { ...common, metric: 'bits per byte', ...bootstrapInterval(bits), values: bits },
  ]
}

const over = (values: readonly number[], divisor: number) => values.map((value) => value / divisor)

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function checkWindows({ config, prefix }: LanguageModel, window: number, stride: number): void {
  const most = config.maxPositions - spanOf(prefix) - 1
  const isCount = (value: number, limit: number) => Number.isInteger(value) && value >= 1 && value <= limit
  if (isCount(window, most) && isCount(stride, window)) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a window of 1 to ${most} tokens, and a stride of 1 to that window`,
    found: `window ${window}, stride ${stride}`,
    remedy: 'Choose other values, and use the same ones for everything that you compare',
  })
}

/** A text that no model here was trained on, as far as is known. */
export interface HeldOutText {
  readonly text: string
}

/** A row of a file of texts. */
export const heldOutTextSchema: z.ZodMiniType<HeldOutText> = z.object({
  text: z.string().check(z.minLength(1)),
})

/** A stretch of a text that is read at once. */
export interface TextWindow {
  /** Tokens [start, end) are read. */
  readonly start: number
  readonly end: number
  /** Tokens [from, end) count; those before are context, already counted in an earlier window. */
  readonly from: number
}

/**
 * Cuts a text into windows of at most `length` tokens that begin `stride` tokens apart, so that every token is counted
 * once and all but the first `length` have at least `length − stride` tokens before them.
 * @param tokens in the text
 */
export function textWindows(
  tokens: number,
  { length, stride }: { readonly length: number; readonly stride: number },
): TextWindow[] {
  const windows: TextWindow[] = []
  for (let start = 0, from = 0; from < tokens; start += stride) {
    const end = Math.min(start + length, tokens)
    windows.push({ start, end, from })
    from = end
  }
  return windows
}
