/** A text of a file as a message shows it: in quotes, its start where it is long, control characters escaped. */
export function excerpt(text: string, most = 60): string {
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text)
}
