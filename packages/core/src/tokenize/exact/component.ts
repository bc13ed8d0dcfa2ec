import * as z from 'zod/mini'
import { type ErrorCode, PatchError } from '../../errors.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import { excerpt } from '../../text/printable.ts'

/** A component's configuration in tokenizer.json, and its location in messages, such as `pre_tokenizer.pretokenizers.1`. */
export interface Component {
  readonly config: unknown
  readonly where: string
}

/** Maximum growth of a text: a tokenizer that exceeds it was made to do so. */
const mostGrowth = 100
const alwaysAllowed = 10_000

/** Maximum nesting of sequences: known tokenizers have two levels. */
const deepest = 5
/** Maximum number of parts in a sequence: known tokenizers have up to 15. */
const mostParts = 200

const anyComponent = z.looseObject({ type: z.string() })

export function typeOf({ config, where }: Component): string {
  return checked(anyComponent, config, where).type
}

/** Parses the options of a component. Throws `MALFORMED` naming everything that is wrong. */
export function optionsOf<Schema extends z.ZodMiniType>(
  schema: Schema,
  { config, where }: Component,
): z.infer<Schema> {
  return checked(schema, config, where)
}

function checked<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.infer<Schema> {
  const result = checkShape(schema, value)
  if (result.success) return result.data
  throw tokenizerError('MALFORMED', `\`${where}\` of tokenizer.json as the tokenizers library writes it`, {
    found: describeIssues(result.error.issues),
  })
}

/** The parts of a sequence under a key such as `normalizers`. */
export function partsOf({ config, where }: Component, name: string): Component[] {
  const parts = checked(z.looseObject({ [name]: z.array(z.unknown()) }), config, where)[name] as unknown[]
  if (where.split(name).length > deepest) throw tooMany(where, 'nested sequences')
  if (parts.length > mostParts) throw tooMany(where, `${parts.length} parts`)
  return parts.map((part, i) => ({ config: part, where: `${where}.${name}.${i}` }))
}

function tooMany(where: string, found: string): PatchError {
  return tokenizerError('UNSUPPORTED', `at most ${mostParts} parts in \`${where}\`, nested ${deepest} deep`, {
    found,
  })
}

export function unknownType({ where }: Component, type: string): PatchError {
  return tokenizerError('UNSUPPORTED', `a known type in \`${where}\` of tokenizer.json`, {
    found: excerpt(type),
  })
}

/** Throws if a text has grown out of proportion to its source. */
export function checkGrowth(length: number, from: number, where: string): void {
  if (length <= from * mostGrowth + alwaysAllowed) return
  throw tokenizerError(
    'UNSUPPORTED',
    `\`${where}\` of tokenizer.json to make a text at most ${mostGrowth} times as long`,
    {
      found: `${length} characters of ${from}`,
    },
  )
}

export function tokenizerError(
  code: ErrorCode,
  expected: string,
  { found, cause }: { readonly found: string; readonly cause?: unknown },
): PatchError {
  return new PatchError(code, {
    expected,
    found,
    remedy: "Download the model's file again, or use another model",
    ...(cause === undefined ? {} : { cause }),
  })
}
