/**
 * Why a response is missing or truncated: `withheld` by a filter; `cut` by the token limit, if there is no response before any
 * text; `empty` if the model said nothing.
 */
export const endings = ['withheld', 'cut', 'empty'] as const

export type Ending = (typeof endings)[number]

/** Responses by how they ended. */
export interface EndingCounts {
  /** A filter withheld the answer. */
  readonly withheld: number
  /** The token limit cut off the answer before any text. */
  readonly cut: number
  /** The model said nothing. */
  readonly empty: number
  /** The source has no response and gives no reason. */
  readonly absent: number
  /** Responses truncated by the limit. */
  readonly shortened: number
}

const words: Readonly<Record<keyof EndingCounts, (one: boolean) => string>> = {
  withheld: () => 'withheld by a filter',
  cut: () => 'cut off by the token limit before any text',
  empty: () => 'without text',
  absent: () => 'missing',
  shortened: (one) => `that ${one ? 'ends' : 'end'} at the token limit`,
}

/** Counts responses by how they ended. */
export function countEndings() {
  const counts = { withheld: 0, cut: 0, empty: 0, absent: 0, shortened: 0 }
  return {
    counts: counts as EndingCounts,
    add({
      response,
      ended,
    }: {
      readonly response: string | null | undefined
      readonly ended?: Ending | undefined
    }): void {
      if (response == null) counts[ended ?? 'absent']++
      else if (ended === 'cut') counts.shortened++
    },
    described: () => describeEndings(counts),
  }
}

/** The nonzero counts, in words; empty if all are 0. */
export function describeEndings(counts: EndingCounts): string {
  const named = [...endings, 'absent', 'shortened'] as const
  return named
    .flatMap((name) => (counts[name] > 0 ? [`${counts[name]} ${words[name](counts[name] === 1)}`] : []))
    .join(', ')
}
