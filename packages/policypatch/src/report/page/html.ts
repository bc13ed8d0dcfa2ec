/** Markup that is safe to stand in a page: made by {@link html}, or by code that escapes as it does. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

/** What can stand in a template: text, which is escaped; markup; lists of these; nothing. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined | false

/**
 * A piece of a page. All values but {@link Html} are text of others: models and prompts are hostile input. They may stand
 * between tags and in quoted attributes; not in scripts, styles, or attributes that hold addresses or code.
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

// What HTML must not hold: control characters but for tab and line feed, surrogates without their half, and
// noncharacters. Carriage returns would be read as line feeds. Beside them what turns the direction of the text around it.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]|\p{Surrogate}/gu

/** Text or markup without characters that a page cannot hold, which become U+FFFD. */
export const printable = (text: string): string => text.replace(/\r\n?/g, '\n').replace(unprintable, '\ufffd')

/** Text as markup that shows it. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] as string)
}

/** With its first letter large, as headings have it. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
