import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'
import { wellKnownPatterns } from './known-patterns.ts'
import { expressionPattern, type Pattern } from './pattern.ts'

/**
 * Compiles a foreign regular expression in Oniguruma's syntax. Patterns of known model families use JavaScript's own engine,
 * which is ten times as fast and linear for them; any other uses `linearPattern`, which is always linear.
 *
 * @param where its location, for messages
 * @throws PatchError `UNSUPPORTED` for a pattern that cannot be matched in linear time, or at all
 */
export async function compilePattern(source: string, where: string): Promise<Pattern> {
  const expression = wellKnownPatterns.get(source)
  if (expression) return expressionPattern(expression)
  const { linearPattern } = await import('./linear-pattern.ts')
  try {
    return linearPattern(source)
  } catch (cause) {
    throw new PatchError('UNSUPPORTED', {
      expected: `a regular expression in ${where} that can be matched in time linear in the text`,
      found: `${describeValue(cause instanceof Error ? cause.message : cause)} in ${excerpt(source)}`,
      remedy: "Download the model's file again, or use another model",
      cause,
    })
  }
}
