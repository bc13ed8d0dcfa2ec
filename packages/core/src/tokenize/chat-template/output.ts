import type { Run } from './values.ts'

/** What a template, or a block of it, has written so far. */
export class Output {
  readonly #parts: string[] = []

  readonly counts: boolean

  /** counts: whether what is written is the template's own output, which has a limit of its own. */
  constructor(counts = false) {
    this.counts = counts
  }

  add(run: Run, text: string): void {
    if (text === '') return
    if (this.counts) run.fuel.output(text.length)
    run.fuel.bytes(16)
    this.#parts.push(text)
  }

  /** All of it as one text. */
  text(run: Run): string {
    return this.#parts.length === 1 ? this.#parts[0]! : run.fuel.join(this.#parts)
  }
}
