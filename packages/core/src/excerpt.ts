import { printableJson, shortened } from './printable.ts'

/** A text of a file as a message shows it: in quotes, its start where it is long, what is not seen escaped. */
export function excerpt(text: string, most = 60): string {
  return printableJson(JSON.stringify(shortened(text, most)))
}
