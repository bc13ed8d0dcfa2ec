import { TemplateError } from './template-error.ts'

/**
 * What a template may take. The longest of 178 of released models has 19,000 characters; a conversation of a thousand turns
 * takes none of them more than 400,000 steps, but those that go over each character.
 */
export const limits = {
  /** Characters of a template. */
  template: 2 ** 18,
  /** Tags and brackets within each other. */
  nesting: 100,
  /** Levels of the syntax tree: nodes, and lists of them, within each other. */
  depth: 500,
  /** Levels of the syntax trees of all macros that call each other; Python's stack ends at about as many. */
  callDepth: 2000,
  /** Operations, and characters that are gone over: 16 a step; more for long conversations. */
  steps: 1_000_000,
  /** Characters rendered. */
  output: 2 ** 24,
  /** Bytes of all values made, also of those dropped again; more for long conversations. */
  memory: 2 ** 26,
}

const bytesPerCharacter = 2
const memoryPerInputCharacter = 256
const stepsPerInputCharacter = 32

/** Counts what a template takes and throws the `limit` that it goes beyond. */
export class Fuel {
  #steps = 0
  #bytes = 0
  #output = 0
  #callDepth = 0
  readonly #memory: number
  readonly #mostSteps: number

  /** inputCharacters: length of all texts that the template is given. */
  constructor(inputCharacters = 0) {
    this.#memory = limits.memory + memoryPerInputCharacter * inputCharacters
    this.#mostSteps = limits.steps + stepsPerInputCharacter * inputCharacters
  }

  step(steps = 1): void {
    this.#steps += steps
    if (!(this.#steps <= this.#mostSteps)) throw beyond(`${this.#mostSteps} steps`)
  }

  /** Going over a text, which the machine does some characters at a time. */
  scan(characters: number): void {
    this.step(1 + (characters >>> 4))
  }

  /** Looking for a text in another: at worst every place is compared to its end. */
  search(characters: number, sought: number): void {
    const places = Math.max(characters - sought, 0) + 1
    this.step(1 + (places * (1 + sought / 16)) / 16)
  }

  /** Going over a text one character at a time. */
  characters(text: string): void {
    this.step(1 + text.length)
  }

  bytes(bytes: number): void {
    this.#bytes += bytes
    if (!(this.#bytes <= this.#memory)) throw beyond(`${this.#memory} bytes of memory`)
  }

  /** A new text; returns it. */
  text(text: string): string {
    this.room(text.length)
    return text
  }

  /** Texts one after the other, with another between them. */
  join(parts: readonly string[], between = ''): string {
    let characters = between.length * parts.length
    for (const part of parts) characters += part.length
    this.room(characters)
    this.step(1 + (parts.length >>> 2))
    return parts.join(between)
  }

  /** Before a text of so many characters is made. */
  room(characters: number): void {
    this.bytes(32 + bytesPerCharacter * characters)
  }

  /** Before a list of so many items is made. */
  items(count: number): void {
    this.bytes(32 + 32 * count)
    this.step(1 + (count >>> 2))
  }

  output(characters: number): void {
    this.#output += characters
    if (this.#output > limits.output) throw beyond(`${limits.output} characters of output`)
  }

  /** Runs what a template calls, which may call itself; depth: levels of its syntax tree. */
  call<Result>(depth: number, body: () => Result): Result {
    const levels = depth + 10
    this.#callDepth += levels
    if (this.#callDepth > limits.callDepth) throw beyond(`${limits.callDepth} levels of calls`)
    try {
      return body()
    } finally {
      this.#callDepth -= levels
    }
  }
}

export function checkNesting(depth: number): void {
  if (depth > limits.nesting) throw beyond(`${limits.nesting} levels of nesting`)
}

export const beyond = (limit: string) => new TemplateError('limit', limit)
