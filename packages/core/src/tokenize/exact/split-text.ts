/** What happens to the matches when splitting a text, under the tokenizers library's names. */
export const splitBehaviors = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const

export type SplitBehavior = (typeof splitBehaviors)[number]

/** Part of a text. */
interface Span {
  start: number
  end: number
  readonly isMatch: boolean
}

/**
 * The non-empty parts of a text, from left to right.
 *
 * @param found matches: start, end, start, end, … in UTF-16 units, from left to right
 * @param isInverted whether the text between matches counts as matched instead
 */
export function splitText(
  text: string,
  found: readonly number[],
  behavior: SplitBehavior,
  isInverted = false,
): string[] {
  const spans = spansOf(text, found, isInverted)
  return place(spans, behavior)
    .map(({ start, end }) => text.slice(start, end))
    .filter((part) => part !== '')
}

function spansOf(text: string, found: readonly number[], isInverted: boolean): Span[] {
  const spans: Span[] = []
  let last = 0
  for (let i = 0; i < found.length; i += 2) {
    const [start, end] = [found[i]!, found[i + 1]!]
    if (last !== start) spans.push({ start: last, end: start, isMatch: isInverted })
    spans.push({ start, end, isMatch: !isInverted })
    last = end
  }
  if (last !== text.length) spans.push({ start: last, end: text.length, isMatch: isInverted })
  return spans
}

function place(spans: readonly Span[], behavior: SplitBehavior): readonly Span[] {
  switch (behavior) {
    case 'Isolated':
      return spans
    case 'Removed':
      return spans.filter(({ isMatch }) => !isMatch)
    case 'Contiguous':
      return merge(spans, (isMatch, wasMatch) => isMatch === wasMatch)
    case 'MergedWithPrevious':
      return merge(spans, (isMatch, wasMatch) => isMatch && !wasMatch)
    case 'MergedWithNext':
      return merge(spans.toReversed(), (isMatch, wasMatch) => isMatch && !wasMatch).reverse()
  }
}

/** Merges each span into the previous one if `joins` says so; the first one counts as following a non-match. */
function merge(spans: readonly Span[], joins: (isMatch: boolean, wasMatch: boolean) => boolean): Span[] {
  const merged: Span[] = []
  let wasMatch = false
  for (const span of spans) {
    const last = merged.at(-1)
    if (last && joins(span.isMatch, wasMatch)) {
      last.start = Math.min(last.start, span.start)
      last.end = Math.max(last.end, span.end)
    } else {
      merged.push({ ...span })
    }
    wasMatch = span.isMatch
  }
  return merged
}
