import * as z from 'zod/mini'

const count = z.int().check(z.minimum(0))
const word = z.string().check(z.minLength(1))

/** A requirement on a response that a program alone can check, as in IFEval (Zhou et al. 2023). */
const requirementSchema = z.discriminatedUnion('type', [
  /** Its number of words is in [least, most]. */
  z.object({ type: z.literal('words'), least: count, most: count }),
  /** It has exactly this many lines that begin with a bullet (-, *, •) or a number. */
  z.object({ type: z.literal('items'), count }),
  /** Each of these words or phrases is in it, in any case. */
  z.object({ type: z.literal('includes'), all: z.array(word).check(z.minLength(1)) }),
  /** None of these words, phrases or symbols is in it, in any case. */
  z.object({ type: z.literal('excludes'), all: z.array(word).check(z.minLength(1)) }),
  /** It begins with this, case-sensitive. */
  z.object({ type: z.literal('begins'), with: word }),
  /** It ends with this, case-sensitive. */
  z.object({ type: z.literal('ends'), with: word }),
  /** All its letters are of one case. */
  z.object({ type: z.literal('case'), case: z.enum(['lower', 'upper']) }),
  /** It is a JSON object with at least these keys, or, without keys, a JSON array of `length`; a code fence is allowed. */
  z
    .object({
      type: z.literal('json'),
      keys: z.exactOptional(z.array(word)),
      length: z.exactOptional(count),
    })
    .check(
      z.refine(({ keys, length }) => keys === undefined || length === undefined, {
        error: 'expected either keys (of an object) or a length (of an array)',
      }),
    ),
  /** The last number in it is this. */
  z.object({ type: z.literal('number'), value: z.number() }),
  /** It is one of these, ignoring case and surrounding punctuation. */
  z.object({ type: z.literal('answer'), any: z.array(word).check(z.minLength(1)) }),
])

export type InstructionRequirement = z.infer<typeof requirementSchema>

/** An instruction with the requirements by which to check whether it was followed. */
export interface InstructionCheck {
  /** A user's turn. */
  readonly prompt: string
  /** All must hold. */
  readonly require: readonly InstructionRequirement[]
}

/** A row of a file of instructions. */
export const instructionCheckSchema: z.ZodMiniType<InstructionCheck> = z.object({
  prompt: z.string().check(z.minLength(1)),
  require: z.array(requirementSchema).check(z.minLength(1)),
})

/** Whether a response meets all requirements of its instruction; surrounding whitespace is ignored. */
export function followsInstruction({ require }: InstructionCheck, response: string): boolean {
  const text = response.trim()
  return text !== '' && require.every((requirement) => holds(requirement, text))
}

function holds(requirement: InstructionRequirement, text: string): boolean {
  switch (requirement.type) {
    case 'words': {
      const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
      return words >= requirement.least && words <= requirement.most
    }
    case 'items':
      return (
        text.split('\n').filter((line) => /^\s*(?:[-*•]|\d+[.)])\s+\S/u.test(line)).length ===
        requirement.count
      )
    case 'includes':
      return requirement.all.every((phrase) => mentions(text, phrase))
    case 'excludes':
      return !requirement.all.some((phrase) => mentions(text, phrase))
    case 'begins':
      return text.startsWith(requirement.with)
    case 'ends':
      return text.endsWith(requirement.with)
    case 'case':
      return /\p{L}/u.test(text) && !(requirement.case === 'lower' ? /\p{Lu}/u : /\p{Ll}/u).test(text)
    case 'json':
      return isJson(text, requirement)
    case 'number':
      return lastNumber(text) === requirement.value
    case 'answer': {
      const said = bare(text)
      return requirement.any.some((answer) => bare(answer) === said)
    }
  }
}

/** Whether a text contains a phrase, in any case, and not as part of a longer word. */
function mentions(text: string, phrase: string): boolean {
  const literal = phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const before = /^[\p{L}\p{N}]/u.test(phrase) ? '(?<![\\p{L}\\p{N}])' : ''
  const after = /[\p{L}\p{N}]$/u.test(phrase) ? '(?![\\p{L}\\p{N}])' : ''
  return new RegExp(`${before}${literal}${after}`, 'iu').test(text)
}

function isJson(text: string, { keys, length }: Extract<InstructionRequirement, { type: 'json' }>): boolean {
  let value: unknown
  try {
    value = JSON.parse(/^```(?:json)?\s*\n([\s\S]*?)\n?```$/i.exec(text)?.[1] ?? text)
  } catch {
    return false
  }
  if (length !== undefined) return Array.isArray(value) && value.length === length
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && (keys ?? []).every((key) => Object.hasOwn(value as object, key))
}

function lastNumber(text: string): number | undefined {
  const last = text.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1)
  return last === undefined ? undefined : Number(last.replaceAll(',', ''))
}

const bare = (text: string) => text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
