/** A count in two digits or so, such as `1.2 million`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en', {
    notation: 'compact',
    compactDisplay: 'long',
    maximumSignificantDigits: 2,
  }).format(count)
}
