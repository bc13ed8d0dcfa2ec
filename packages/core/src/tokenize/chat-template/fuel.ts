import { TemplateError } from './template-error.ts'

/**
 * Resource limits of a template. The longest of 178 templates of released models has 19,000 characters; a conversation of a
 * thousand turns takes at most 400,000 steps, except in templates that iterate over characters.
 */
export const limits = {
  /** Characters in a template. */
  template: 2 ** 18,
  /** Nesting of tags and brackets. */
  nesting: 100,
  /** Depth of the syntax tree, counting nodes and lists of nodes. */
  depth: 500,
  /** Total depth of the syntax trees of nested macro calls; about where Python's stack ends. */
  callDepth: 2000,
  /** Operations, plus one per 16 characters scanned; more for long conversations. */
  steps: 1_000_000,
  /** Characters rendered. */
  output: 2 ** 24,
  /** Bytes of all values created, including discarded ones; more for long conversations. */
  memory: 2 ** 26,
}

const bytesPerCharacter = 2
const memoryPerInputCharacter = 256
const stepsPerInputCharacter = 32

/** Counts a template's use of resources and throws `limit` when it exceeds one. */
export class Fuel {
  #steps = 0
  #bytes = 0
  #output = 0
  #callDepth = 0
  readonly #memory: number
  readonly #mostSteps: number

  /** inputCharacters: total length of the texts given to the template. */
  constructor(inputCharacters = 0) {
    this.#memory = limits.memory + memoryPerInputCharacter * inputCharacters
    this.#mostSteps = limits.steps + stepsPerInputCharacter * inputCharacters
  }

  step(steps = 1): void {
    this.#steps += steps
    if (!(this.#steps <= this.#mostSteps)) throw beyond(`${this.#mostSteps} steps`)
  }

  /** Scanning a text, which the machine does several characters at a time. */
  scan(characters: number): void {
    this.step(1 + (characters >>> 4))
  }

  /** Searching for a text in another; in the worst case, every position is compared to the end. */
  search(characters: number, sought: number): void {
    const places = Math.max(characters - sought, 0) + 1
    this.step(1 + (places * (1 + sought / 16)) / 16)
  }

  /** Iterating over a text one character at a time. */
  characters(text: string): void {
    this.step(1 + text.length)
  }

  bytes(bytes: number): void {
    this.#bytes += bytes
    if (!(this.#bytes <= this.#memory)) throw beyond(`${this.#memory} bytes of memory`)
  }

  /** Accounts for a new text and returns it. */
  text(text: string): string {
    this.room(text.length)
    return text
  }

  /** Joins texts with a separator. */
  join(parts: readonly string[], between = ''): string {
    let characters = between.length * parts.length
    for (const part of parts) characters += part.length
    this.room(characters)
    this.step(1 + (parts.length >>> 2))
    return parts.join(between)
  }

  /** Called before creating a text of this many characters. */
  room(characters: number): void {
    this.bytes(32 + bytesPerCharacter * characters)
  }

  /** Called before creating a list of this many items. */
  items(count: number): void {
    this.bytes(32 + 32 * count)
    this.step(1 + (count >>> 2))
  }

  output(characters: number): void {
    this.#output += characters
    if (this.#output > limits.output) throw beyond(`${limits.output} characters of output`)
  }

  /** Runs a template's calls, which may be recursive; depth: levels of its syntax tree. */
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
