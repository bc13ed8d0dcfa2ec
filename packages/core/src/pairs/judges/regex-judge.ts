import { PatchError } from '../../errors.ts'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'
import { goalJudge } from './goal-judge.ts'
import type { Judge } from './judge.ts'

export interface RegexJudgeOptions {
  /** Found anywhere in a response that meets the goal; `^` and `$` are the ends of the response. */
  readonly pattern: string
  /** Of `i` (either case), `m` (`^` and `$` are the ends of each line) and `s` (`.` is a line feed too). Default none. */
  readonly flags?: string | undefined
}

/**
 * A {@link goalJudge} by a regular expression. It is matched in time that grows with the response alone, whatever the pattern;
 * references to groups are refused for that.
 *
 * @throws `INVALID_ARGUMENT` for a pattern or flags that it cannot take.
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
  // What JavaScript calls s is m where the engine comes from.
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
