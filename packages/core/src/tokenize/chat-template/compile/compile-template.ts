import { beyond, Fuel, limits } from '../fuel.ts'
import { globals } from '../functions/globals.ts'
import { parseTemplate } from '../syntax/parse-template.ts'
import { Dict } from '../values/dict.ts'
import type { Value } from '../values/values.ts'
import { compileBody } from './compile-statement.ts'
import { Cells, compileEntry, type Frame, Output } from './frame.ts'
import { Symbols } from './symbols.ts'

/** Renders a template with variables, which are JSON values. Throws `TemplateError`. */
export type RenderTemplate = (variables: Readonly<Record<string, unknown>>) => string

/**
 * Compiles a template as transformers does: Jinja2's `ImmutableSandboxedEnvironment` with `trim_blocks`, `lstrip_blocks`,
 * `loopcontrols` and `generation`. A port of the parts of Jinja2 3.1.6 that chat templates can reach, because no JavaScript
 * engine gives the same text, or has limits: time and memory are bounded here against malicious templates. No code is generated
 * from a template. Throws `TemplateError`.
 */
export function compileTemplate(source: string): RenderTemplate {
  const body = parseTemplate(source)
  const symbols = Symbols.root(new Fuel())
  symbols.visitAll(body)
  const frame: Frame = { symbols, soft: false, inLoop: false, withinLoop: false }
  const enter = compileEntry(frame)
  const execute = compileBody(body, frame)
  return (given) => {
    const input = new Input()
    const variables = new Map<string, Value>(globals())
    for (const [name, value] of Object.entries(given)) variables.set(name, input.value(value))
    const run = { fuel: new Fuel(input.characters), variables }
    const output = new Output(true)
    try {
      const cells = new Cells(symbols.routine)
      enter(run, cells)
      execute(run, cells, output)
      return output.text(run)
    } catch (error) {
      // The caller may have left little of the stack.
      throw error instanceof RangeError ? beyond('the stack and the memory that there is') : error
    }
  }
}

/** Converts JSON values to the template's values. */
class Input {
  characters = 0

  value(value: unknown, depth = 0): Value {
    if (depth > limits.nesting) throw beyond(`${limits.nesting} levels of lists and objects in a message`)
    switch (typeof value) {
      case 'string':
        this.characters += value.length
        return value
      case 'boolean':
      case 'bigint':
        return value
      case 'number':
        // JSON does not distinguish integers: whole numbers become integers.
        return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
      case 'object': {
        if (value === null) return null
        this.characters += 16
        if (Array.isArray(value)) return value.map((item) => this.value(item, depth + 1))
        const entries = Object.entries(value).filter(([, item]) => item !== undefined)
        return new Dict(entries.map(([key, item]) => [key, this.value(item, depth + 1)]))
      }
    }
    throw new TypeError(`A template cannot be given a ${typeof value}`)
  }
}
