import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { linearPattern } from '../../../tokenize/patterns/linear-pattern.ts'

/** Whether a module's name matches. */
export type ModuleTest = (module: string) => boolean

export interface ModulePatterns {
  /** A pattern for whole module names. `MALFORMED` if it is invalid. */
  whole(pattern: string): ModuleTest
  /** A pattern for the end of a module's name, after a dot. `MALFORMED` if it is invalid. */
  end(pattern: string): ModuleTest
}

/** Without quantifiers and alternatives there is no backtracking, and JavaScript's own engine is faster. */
const plain = /^[\w.^$\\-]*$/

/** About a second of work: pattern characters times name characters. The largest models with simple patterns need a fifth. */
const mostWork = 6e7
const [workOfPlain, workOfCompiling] = [0.02, 600]

/**
 * The regular expressions of a PEFT configuration, matched in time linear in the names. Total work is limited; exceeding the
 * limit is `MALFORMED`.
 */
export function modulePatterns(file: string): ModulePatterns {
  let left = mostWork
  const spend = (work: number) => {
    left -= work
    if (left < 0)
      throw malformed(file, 'patterns that can be matched against a model of this size', 'far too many')
  }
  const make = (pattern: string, source: string): ModuleTest => {
    try {
      if (plain.test(pattern)) {
        const expression = new RegExp(source)
        return (module) => {
          spend(pattern.length * module.length * workOfPlain)
          return expression.test(module)
        }
      }
      spend(source.length * workOfCompiling)
      const { find } = linearPattern(source)
      return (module) => {
        spend(pattern.length * module.length)
        return find(module).length > 0
      }
    } catch (cause) {
      if (cause instanceof PatchError) throw cause
      throw malformed(file, 'regular expressions as patterns', describeValue(pattern), cause)
    }
  }
  return {
    whole: (pattern) => make(pattern, `^(?:${pattern})$`),
    end: (pattern) => make(pattern, `^(?:.*\\.)?(?:${pattern})$`),
  }
}

/** Tests whether a module is listed, by its whole name or its end. */
export function nameTest(names: readonly string[]): ModuleTest {
  const listed = new Set(names)
  return (module) => {
    for (let start = 0; ; ) {
      if (listed.has(module.slice(start))) return true
      const dot = module.indexOf('.', start)
      if (dot < 0) return false
      start = dot + 1
    }
  }
}

/** The first number in a module's name that follows a stack of layers, such as `model.layers`. */
export function layerIndex(module: string, isStack: ModuleTest): number | undefined {
  const parts = module.split('.')
  const at = parts.findIndex(
    (part, i) => i > 0 && i < parts.length - 1 && /^\d+$/.test(part) && isStack(parts.slice(0, i).join('.')),
  )
  return at < 0 ? undefined : Number(parts[at])
}

function malformed(file: string, expected: string, found: string, cause?: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: `${expected} in ${file}`,
    found,
    remedy: 'The file is damaged; save or download the adapter again',
    cause,
  })
}
