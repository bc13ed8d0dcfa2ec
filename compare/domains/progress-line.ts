/** Shows progress on a single terminal line, or else a line every quarter of a minute. */
export function progressLine() {
  const start = Date.now()
  const { isTTY } = process.stderr
  const pause = isTTY ? 200 : 15_000
  let last = -Infinity
  return {
    show: (text: string): void => {
      if (Date.now() - last < pause) return
      last = Date.now()
      const line = `${((last - start) / 60_000).toFixed(1)} min  ${text}`
      process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`)
    },
    end: (): void => {
      if (isTTY) process.stderr.write('\r\x1b[K')
    },
  }
}
