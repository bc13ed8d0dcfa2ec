import { Markup, type Run, textOf, type Value } from './values.ts'

/** A text of the same class as `self`. */
export function like(run: Run, self: string | Markup, text: string): Value {
  run.fuel.text(text)
  return self instanceof Markup ? new Markup(text) : text
}

/** The parts of a text, each of its class. */
export function list(run: Run, self: string | Markup, parts: readonly string[]): Value {
  run.fuel.items(parts.length)
  run.fuel.room(textOf(self).length)
  return self instanceof Markup ? parts.map((part) => new Markup(part)) : parts
}
