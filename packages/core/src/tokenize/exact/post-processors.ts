import * as z from 'zod/mini'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'
import { type Component, optionsOf, partsOf, tokenizerError, typeOf, unknownType } from './component.ts'

/** Adds special tokens around a text's ids. */
export type PostProcessor = (ids: readonly number[]) => readonly number[]

/** The text of an id, if it has a token. */
export type TextOf = (id: number) => string | undefined

const id = z.int().check(z.nonnegative())
const typeId = z.optional(id)
const piece = z.union([
  z.strictObject({ Sequence: z.looseObject({ id: z.enum(['A', 'B']), type_id: typeId }) }),
  z.strictObject({ SpecialToken: z.looseObject({ id: z.string(), type_id: typeId }) }),
])
const template = z.looseObject({
  single: z.array(piece).check(z.maxLength(1000)),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(id).check(z.maxLength(1000)) })),
})
const named = z.tuple([z.string(), id])
const enclosing = z.looseObject({ cls: named, sep: named })

/** Builds tokenizer.json's `post_processor`. Throws `UNSUPPORTED` for an unknown type, `MALFORMED`. */
export function readPostProcessor(component: Component, textOf: TextOf): PostProcessor {
  const type = typeOf(component)
  switch (type) {
    case 'Sequence': {
      const steps = partsOf(component, 'processors').map((part) => readPostProcessor(part, textOf))
      return (ids) => steps.reduce((latest, step) => step(latest), ids)
    }
    case 'ByteLevel':
      // It only changes offsets.
      return (ids) => ids
    case 'TemplateProcessing':
      return fillTemplate(component, textOf)
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const { cls, sep } = optionsOf(enclosing, component)
      const [first, last] = [cls[1], sep[1]].map((token) => known(token, component, textOf))
      return (ids) => [first!, ...ids, last!]
    }
    default:
      throw unknownType(component, type)
  }
}

function fillTemplate(component: Component, textOf: TextOf): PostProcessor {
  const { single, special_tokens } = optionsOf(template, component)
  const around: number[][] = [[]]
  for (const part of single) {
    if ('Sequence' in part) around.push([])
    else around.at(-1)!.push(...idsOf(part.SpecialToken.id, special_tokens, component))
  }
  const [before, after] = around.map((ids) => ids.map((token) => known(token, component, textOf)))
  const isOnce =
    around.length === 2 && single.every((part) => !('Sequence' in part) || part.Sequence.id === 'A')
  if (!before || !after || !isOnce)
    throw tokenizerError('UNSUPPORTED', `\`${component.where}.single\` to have one sequence, A`, {
      found: around.length === 2 ? 'B' : `${around.length - 1}`,
    })
  return (ids) => [...before, ...ids, ...after]
}

function idsOf(
  name: string,
  tokens: z.infer<typeof template>['special_tokens'],
  { where }: Component,
): readonly number[] {
  if (Object.hasOwn(tokens, name)) return tokens[name]!.ids
  throw tokenizerError('MALFORMED', `\`${where}.special_tokens\` to have those of \`single\``, {
    found: `no ${excerpt(name)}`,
  })
}

function known(token: number, { where }: Component, textOf: TextOf): number {
  if (textOf(token) !== undefined) return token
  throw tokenizerError('MALFORMED', `ids of the vocabulary in \`${where}\` of tokenizer.json`, {
    found: describeValue(token),
  })
}
