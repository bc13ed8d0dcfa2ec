/** Markup that is safe to insert into a page: made by {@link html}, or by code that escapes in the same way. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

/** Values allowed in a template: text, which is escaped; markup; lists of these; nothing. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined | false

/**
 * Builds a piece of a page. All values except {@link Html} are escaped as text, because models and prompts are hostile input.
 * Values may be placed between tags and in quoted attributes, but not in scripts, styles, or attributes that hold URLs or code.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((part, i) => part + (i < values.length ? markupOf(values[i]) : '')).join(''))
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(markupOf).join('')
  return escapeHtml(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// Characters that HTML must not contain: control characters other than tab and line feed, lone surrogates and noncharacters.
// Carriage returns would be read as line feeds. Also includes characters that change the direction of the surrounding text.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]|\p{Surrogate}/gu

/** Replaces characters that a page cannot contain with U+FFFD. */
export const printable = (text: string): string => text.replace(/\r\n?/g, '\n').replace(unprintable, '\ufffd')

/** Escapes text for use as markup. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] as string)
}

/** Capitalizes the first letter, for headings. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
