/** Passes on text in pieces, up to a stop text. */
export interface StopTexts {
  /** Adds a piece, and returns the text that can no longer begin a stop text; `stopped` once a stop text is complete. */
  push(text: string): { readonly text: string; readonly stopped: boolean }
  /** Returns the text that was held back. */
  flush(): string
}

/** Finds stop texts across pieces; the earliest ends the text, and is not part of it. */
export function stopTexts(stops: readonly string[]): StopTexts {
  let held = ''
  return {
    push(piece) {
      held += piece
      const places = stops.map((stop) => held.indexOf(stop)).filter((place) => place >= 0)
      const end = places.length > 0 ? Math.min(...places) : held.length - openLength(held, stops)
      const text = held.slice(0, end)
      held = places.length > 0 ? '' : held.slice(end)
      return { text, stopped: places.length > 0 }
    },
    flush() {
      const rest = held
      held = ''
      return rest
    },
  }
}

/** Length of the text's end that may begin a stop text. */
function openLength(text: string, stops: readonly string[]): number {
  let longest = 0
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length
    }
  }
  return longest
}
