import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { promptSchema } from '../../pairs/rows/prompt-schema.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import type { Measurement } from '../statistics/measurement.ts'
import type { ReportData } from './report-data.ts'

/**
 * Reads the data of a report from a JSON file: its object, or the `report` field of an object that also holds other things.
 *
 * @throws `NOT_FOUND`; `TRUNCATED` if the text ends early; `UNSUPPORTED` for a later format; `MALFORMED`, naming every bad
 *   field.
 */
export async function readReport(file: Place): Promise<ReportData> {
  const { storage, path } = storedAt(file)
  const value = heldReport(parseJsonFile(await storage.read(path), path))
  const { format } = value
  if (typeof format === 'string' && format !== reportFormat && /^policypatch-report\/v\d+$/.test(format)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${path} in format ${reportFormat}`,
      found: `format ${format}`,
      remedy: 'Update policypatch: the file was written by a later version',
    })
  }
  const result = checkShape(reportSchema, value)
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${path} to hold the data of a report, format ${reportFormat}`,
    found: describeIssues(result.error.issues),
    remedy: 'Pass a file written by an evaluation, or correct these fields',
  })
}

function heldReport(file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { format, report } = file
  const held = format === undefined && typeof report === 'object' && report !== null && !Array.isArray(report)
  return held ? { ...report } : file
}

/**
 * Writes the data of a report as JSON. With `beside`, it is the `report` field of an object with these other fields, which
 * `readReport` ignores.
 *
 * @throws `INVALID_ARGUMENT`, naming every bad field, such as a figure that is NaN; `STORAGE_FAILED`.
 */
export async function writeReport(
  file: Place,
  data: ReportData,
  beside?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const result = checkShape(reportSchema, data)
  if (!result.success) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'data in the form of ReportData',
      found: describeIssues(result.error.issues),
      remedy: 'Correct these fields',
    })
  }
  const { storage, path } = storedAt(file)
  const held = beside ? { ...beside, report: data } : data
  await storage.write(path, new TextEncoder().encode(`${JSON.stringify(held, compact, 1)}\n`))
}

/** Rounds numbers, of which there are thousands, to nine significant digits, more than any of them is known to. */
function compact(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value
}

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

const workerShare = z.object({
  ...{ worker: text, host: text, shards: count, rows: count },
  seconds: z.number().check(z.minimum(0)),
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
  ran: z.exactOptional(z.array(workerShare)),
})
