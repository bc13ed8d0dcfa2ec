/**
 * Makes foreign text (a model's answer, a manifest, a server's message) safe to print. Terminals obey control characters, and
 * invisible or direction-changing characters can make a foreign line look like one of ours.
 */

// Control characters, line separators, direction marks, zero-width and other invisible characters, annotations, and lone
// surrogates.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}\ufff9-\ufffb]/gu

/** Variation selectors, which draw an emoji in colour or as text: they cannot disguise anything else. */
const variants = '\ufe0e\ufe0f'

/** Joiners, which Persian, Indic scripts and composed emoji need. */
const joiners = '\u200c\u200d'

function escaped(text: string, kept: string): string {
  return text.replace(unseen, (found) => (kept.includes(found) ? found : codesOf(found)))
}

function codesOf(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/** Makes a text printable: keeps tabs and line feeds, and escapes other invisible characters, such as `\u001b`. */
export function printable(text: string): string {
  return escaped(text.replaceAll('\r\n', '\n'), `\t\n${variants}${joiners}`)
}

/** Like {@link printable}, on one line: line breaks and long gaps become a space, joiners are escaped. */
export function printableLine(text: string): string {
  return escaped(text.replace(/\s{3,}|[^\S ]/g, ' '), variants)
}

/** Whether a text is one line without invisible characters. */
export function isPrintableLine(text: string): boolean {
  return !/[^\S ]/.test(text) && escaped(text, variants) === text
}

/** Equivalent JSON in which invisible characters are escaped. */
export function printableJson(json: string): string {
  return escaped(json, '\n')
}

/** Cuts a text to `most` UTF-16 units, with a mark if anything was cut; never splits a surrogate pair. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Like {@link printable}, for a text in pieces, which may split characters. */
export interface PrintablePieces {
  next(piece: string): string
  /** What was held back of the last piece. */
  end(): string
}

export function printablePieces(): PrintablePieces {
  let held = ''
  return {
    next(piece) {
      const text = held + piece
      const whole = text.length - (/[\r\ud800-\udbff]$/.test(text) ? 1 : 0)
      held = text.slice(whole)
      return printable(text.slice(0, whole))
    },
    end: () => printable(held),
  }
}

/** Foreign text for a message: quoted, shortened if long, with invisible characters escaped. */
export function excerpt(text: string, most = 60): string {
  return printableJson(JSON.stringify(shortened(text, most)))
}
