/** A size in bytes as people say it, such as `1.9 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

/** A count in two digits or so, such as `1.2 million`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en', {
    notation: 'compact',
    compactDisplay: 'long',
    maximumSignificantDigits: 2,
  }).format(count)
}

/** Where a backend runs, in a word. */
export function deviceName(backend: string): string {
  return backend.includes('webgpu') ? 'WebGPU' : 'WebAssembly'
}
