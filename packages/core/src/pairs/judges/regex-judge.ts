import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'
import { goalJudge } from './goal-judge.ts'
import type { Judge } from './judge.ts'

export interface RegexJudgeOptions {
  /** Matches anywhere in a response that meets the goal; `^` and `$` match the response's ends. */
  readonly pattern: string
  /** Any of `i` (ignore case), `m` (`^` and `$` match at each line's ends) and `s` (`.` matches line feeds). Default none. */
  readonly flags?: string | undefined
}

/**
 * A {@link goalJudge} by a regular expression. Matching takes time linear in the response, whatever the pattern; group references
 * are refused for that reason.
 *
 * @throws `INVALID_ARGUMENT` for an unsupported pattern or flags.
 */
export async function regexJudge({ pattern, flags = '' }: RegexJudgeOptions): Promise<Judge> {
  const find = await compile(pattern, flags)
  return goalJudge({
    name: `regex:/${excerpt(pattern)}/${flags}`,
    settings: { pattern, flags },
    meets: ({ response }) => find(response.trim()).length > 0,
  })
}

async function compile(pattern: string, flags: string): Promise<(text: string) => number[]> {
  if (!/^(?!.*(.).*\1)[ims]*$/u.test(flags)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'only the flags i, m and s, each once',
      found: describeValue(flags),
      remedy: 'Remove the others',
    })
  }
  const { linearPattern } = await import('../../tokenize/patterns/linear-pattern.ts')
  // JavaScript's flag s is m in the engine's original language.
  const own = [...flags].flatMap((flag) => (flag === 'i' ? 'i' : flag === 's' ? 'm' : [])).join('')
  try {
    if (pattern === '') throw new Error('an empty one')
    const source = own ? `(?${own}:${pattern})` : pattern
    return linearPattern(source, { singleLine: !flags.includes('m') }).find
  } catch (cause) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a regular expression that can be matched in linear time',
      found: `${cause instanceof Error ? cause.message : describeValue(cause)} in ${excerpt(pattern)}`,
      remedy:
        'Write it without backreferences and variable-length lookbehind, or use a function (functionJudge)',
      cause,
    })
  }
}
