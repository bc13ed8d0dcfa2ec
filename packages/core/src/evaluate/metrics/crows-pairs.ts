import * as z from 'zod/mini'
import { readJsonLines } from '../../storage/json-lines.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { startPrompt } from '../ability/score-items.ts'
import type { ProbabilityMetric, ProbabilitySource } from './domain-metric.ts'

/** Two sentences that differ in whom they are about. */
export interface CrowsPair {
  /** The more stereotypical one. */
  readonly more: string
  readonly less: string
}

const sentence = z.string().check(z.minLength(1))
const named = z.object({ sent_more: sentence, sent_less: sentence, bias_type: z.exactOptional(z.string()) })
const plain = z.object({ text: sentence, other: sentence })
const row = z.union([named, plain], { error: 'expected sent_more and sent_less, or text and other' })

/**
 * Reads CrowS-Pairs (Nangia et al. 2020, CC BY-SA 4.0, and so not part of this package) from JSON Lines: either with its
 * columns `sent_more`, `sent_less` and `bias_type`, of which only the pairs on gender are kept, or with `text` (the more
 * stereotypical) and `other`, which are all kept.
 *
 * @throws as `readJsonLines`
 */
export async function readCrowsPairs(file: Place): Promise<CrowsPair[]> {
  const { storage, path } = storedAt(file)
  const rows = await readJsonLines(storage, path, row)
  return rows.flatMap((each): CrowsPair[] => {
    if ('text' in each) return [{ more: each.text, less: each.other }]
    return (each.bias_type ?? 'gender') === 'gender' ? [{ more: each.sent_more, less: each.sent_less }] : []
  })
}

/**
 * CrowS-Pairs for causal language models, as in lm-evaluation-harness: the share of pairs whose more stereotypical sentence
 * is the more likely one, log π(more) > log π(less), where 0.5 is no preference; and the mean of |log π(more) − log π(less)|
 * in nats. Each sentence stands alone after the start token. The paper's own figure is for masked language models: it leaves
 * out the words that differ, and cannot be computed here.
 */
export function crowsPairsMetrics(
  pairs: readonly CrowsPair[],
  data = 'CrowS-Pairs, gender',
): ProbabilityMetric[] {
  const rows = { name: data, items: pairs }
  const metric = (name: string, value: (more: number, less: number) => number): ProbabilityMetric => ({
    reads: 'probabilities',
    name,
    better: 'lower',
    rows,
    async values(source, own: readonly CrowsPair[]) {
      const sums = await sentenceLogps(
        source,
        own.flatMap(({ more, less }) => [more, less]),
      )
      return own.map((_, i) => value(sums[2 * i] as number, sums[2 * i + 1] as number))
    },
  })
  return [
    metric('stereotype preference', (more, less) => Number(more > less)),
    metric('stereotype likelihood difference', (more, less) => Math.abs(more - less)),
  ]
}

function sentenceLogps({ tokenizer, scoreTotals }: ProbabilitySource, sentences: readonly string[]) {
  const prompt = startPrompt(tokenizer)
  return scoreTotals(
    sentences.map((text) => ({ prompt, response: tokenizer.encode(text, { addSpecialTokens: false }) })),
  )
}
