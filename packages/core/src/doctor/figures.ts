/** Formats the figures of a diagnosis for display. */

/** `98 MB`, `1.35 GB` */
export const bytesText = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(2)} GB`

/** `11.9 ms`, `1.35 s`, `119 s` */
export function timeText(seconds: number): string {
  const [value, unit] = seconds < 0.9995 ? [1000 * seconds, 'ms'] : [seconds, 's']
  return `${value < 100 ? Number(value.toPrecision(3)) : Math.round(value)} ${unit}`
}

/** `134.5 million`, `1.24 billion` */
export function countText(count: number): string {
  if (count < 1e6) return count.toLocaleString('en')
  const [value, unit] = count < 1e9 ? [count / 1e6, 'million'] : [count / 1e9, 'billion']
  return `${Number(value.toPrecision(4))} ${unit}`
}

/** `92%`; at least 1%. */
export const shareText = (share: number): string => `${Math.max(1, Math.round(100 * share))}%`
