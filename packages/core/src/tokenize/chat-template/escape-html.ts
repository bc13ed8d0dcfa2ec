import { str } from './text-of.ts'
import { Markup, type Run, type Value } from './values.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}

/** MarkupSafe's `escape`: what is escaped already stays. */
export function escapeHtml(run: Run, value: Value): string {
  if (value instanceof Markup) return value.text
  const text = str(run, value)
  run.fuel.room(text.length * 5)
  return text.replace(/[&<>'"]/g, (character) => entities[character]!)
}
