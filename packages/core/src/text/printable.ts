/**
 * Text of others (a model's answer, a manifest, a server's message) before it is printed. Terminals take orders from control
 * characters, and what is not seen or turns the direction of writing can make a line of theirs look like one of ours.
 */

// Control characters, separators of lines, marks of direction or of no width and other characters that are not seen,
// annotations, surrogates without their half.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}\ufff9-\ufffb]/gu

/** Whether a picture is drawn in colour or as text: nothing else can be told by these. */
const variants = '\ufe0e\ufe0f'

/** What Persian and the scripts of India, and pictures made of several, join and part their characters with. */
const joiners = '\u200c\u200d'

function escaped(text: string, kept: string): string {
  return text.replace(unseen, (found) => (kept.includes(found) ? found : codesOf(found)))
}

function codesOf(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/** Text as it can be printed: tabs and line feeds stay, other characters that are not seen become escapes such as `\u001b`. */
export function printable(text: string): string {
  return escaped(text.replaceAll('\r\n', '\n'), `\t\n${variants}${joiners}`)
}

/** As {@link printable}, on one line: line breaks and long gaps become a space, joiners escapes. */
export function printableLine(text: string): string {
  return escaped(text.replace(/\s{3,}|[^\S ]/g, ' '), variants)
}

/** Whether a text is one line without characters that are not seen. */
export function isPrintableLine(text: string): boolean {
  return !/[^\S ]/.test(text) && escaped(text, variants) === text
}

/** A text in JSON, the same value: what is not seen is escaped as JSON escapes it. */
export function printableJson(json: string): string {
  return escaped(json, '\n')
}

/** The start of a text that is longer than `most` UTF-16 units, and a mark that there is more; no pair is parted. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

/** As {@link printable}, for a text that comes in pieces: characters may be parted between them. */
export interface PrintablePieces {
  next(piece: string): string
  /** What was held back of the last one. */
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

/** A text of a file as a message shows it: in quotes, its start where it is long, what is not seen escaped. */
export function excerpt(text: string, most = 60): string {
  return printableJson(JSON.stringify(shortened(text, most)))
}
