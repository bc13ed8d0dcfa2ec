import { promptKinds } from '@policypatch/core/pairs'
import { en } from 'zod/locales'
import * as z from 'zod/mini'

const share = z.number().check(z.minimum(0), z.maximum(1))
const amount = z.number().check(z.minimum(0))
const count = z.int().check(z.minimum(1))
const optional = z.exactOptional

const judge = z.custom(
  (value) => isObject(value) && isName(value.name) && typeof value.score === 'function',
  'not a judge (an object with a name and a score function)',
)

const metric = z.custom((value) => {
  if (!isObject(value) || !isName(value.name) || !['higher', 'lower'].includes(value.better as string))
    return false
  if (value.reads === 'probabilities') return typeof value.values === 'function'
  const named = value.reads === 'scores' ? value.role : value.reads === 'texts' ? value.judge : undefined
  return isName(named) && typeof value.value === 'function'
}, 'not a metric: see DomainMetric')

const side = z.strictObject({
  from: z.enum(['reference', 'model', 'refusal']),
  orElse: optional(z.literal('model')),
  pick: optional(z.enum(['first', 'best', 'worst'])),
})
const sides = z.strictObject({ chosen: side, rejected: optional(side) })

const stageFields = {
  steps: optional(count),
  learningRate: optional(amount),
  batchSize: optional(count),
  harmlessShare: optional(share),
  warmupSteps: optional(z.int().check(z.minimum(0))),
  partWeights: optional(z.record(z.string(), count)),
  maxResponseTokens: optional(count),
}

const left = z.literal(false)

const domainSchema = z.strictObject({
  specificationVersion: z.literal('v1'),
  name: z.string().check(z.regex(/^[\w. -]{1,64}$/, 'not 1 to 64 letters, digits, spaces or "._-"')),
  format: z.enum(['chat', 'text']),
  sampling: z.strictObject({
    samples: count,
    maxTokens: count,
    temperature: amount,
    topP: optional(share),
    topK: optional(z.int().check(z.minimum(0))),
  }),
  pairs: z.strictObject({
    judge,
    sides: z.strictObject(
      Object.fromEntries(promptKinds.map((kind) => [kind, optional(sides)])) as Record<
        string,
        z.ZodMiniExactOptional<typeof sides>
      >,
    ),
    samples: optional(count),
    unpicked: optional(z.literal('sft')),
    temperature: optional(amount),
    maxTokens: optional(count),
    filter: z.union([
      left,
      z.strictObject({
        marginThreshold: optional(z.number().check(z.minimum(-1), z.maximum(1))),
        winnerThreshold: optional(share),
      }),
    ]),
  }),
  training: z.strictObject({
    prefix: optional(
      z.strictObject({
        length: optional(count),
        init: optional(z.enum(['text', 'vocab', 'random'])),
        text: optional(z.string()),
      }),
    ),
    sft: optional(z.union([left, z.strictObject(stageFields)])),
    dpo: optional(
      z.union([
        left,
        z.strictObject({
          ...stageFields,
          beta: optional(amount),
          reference: optional(z.enum(['post-sft', 'reference', 'base'])),
          sftWeight: optional(amount),
        }),
      ]),
    ),
    distillation: optional(
      z.strictObject({
        weight: optional(amount),
        k: optional(count),
        harmless: optional(z.enum(['reference', 'base', 'none'])),
      }),
    ),
    gate: optional(z.union([left, z.record(z.string(), z.unknown())])),
    maxResponseTokens: optional(count),
    validation: optional(z.union([left, z.strictObject({ maxTokens: optional(count) })])),
  }),
  judges: z.record(z.string(), z.array(judge)),
  metrics: z.array(metric).check(z.minLength(1)),
})

const english = { error: en().localeError }

/** Describes in one line why a value is not a `Domain`, with the path of each invalid field; undefined if it is one. */
export function domainProblems(value: unknown): string | undefined {
  const { error } = z.safeParse(domainSchema, value, english)
  if (!error) return undefined
  return error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''
