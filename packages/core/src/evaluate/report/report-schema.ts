import * as z from 'zod/mini'
import { promptSchema } from '../../pairs/prompt-schema.ts'
import type { Measurement } from '../measurement.ts'
import type { ReportData } from './report-data.ts'

const text = z.string().check(z.minLength(1))
const count = z.int().check(z.minimum(0))
const ordered = z.refine<{ value: number; low: number; high: number }>(
  ({ value, low, high }) => low <= value && value <= high,
  'the interval must satisfy low ≤ value ≤ high',
)

const measurement: z.ZodMiniType<Measurement> = z
  .object({
    domain: text,
    metric: text,
    judge: text,
    subject: text,
    data: text,
    seed: z.exactOptional(z.int()),
    n: count,
    value: z.number(),
    low: z.number(),
    high: z.number(),
    interval: z.enum(['wilson', 'bootstrap']),
    better: z.enum(['higher', 'lower']),
    values: z.exactOptional(z.array(z.number())),
  })
  .check(ordered)

const agreement = z.object({
  domain: text,
  data: text,
  judges: z.tuple([text, text]),
  n: count,
  observed: z.number().check(z.minimum(0), z.maximum(1)),
  kappa: z.nullable(z.object({ value: z.number(), low: z.number(), high: z.number() }).check(ordered)),
})

const example = z.object({
  domain: text,
  kind: text,
  prompt: promptSchema,
  responses: z.array(
    z.object({
      subject: text,
      text: z.string(),
      good: z.exactOptional(z.boolean()),
      scores: z.exactOptional(z.record(z.string(), z.number())),
    }),
  ),
})

const curve = z.object({
  domain: text,
  stage: text,
  metric: text,
  seed: z.exactOptional(z.int()),
  points: z.array(z.tuple([z.number(), z.number()])),
})

export const reportFormat = 'policypatch-report/v1'

export const reportSchema: z.ZodMiniType<ReportData> = z.object({
  format: z.literal(reportFormat),
  title: text,
  created: z.iso.datetime(),
  notice: z.exactOptional(text),
  base: text,
  patch: z.exactOptional(z.object({ name: text, version: text, parameters: count, bytes: count })),
  command: z.string(),
  settings: z.record(z.string(), z.unknown()),
  measurements: z.array(measurement),
  agreement: z.array(agreement),
  examples: z.array(example),
  curves: z.array(curve),
})
