import { PatchError } from '../../errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import type { ReportData } from './report-data.ts'
import { reportSchema } from './report-schema.ts'

/**
 * Writes the data of a report as JSON; with `beside`, as `report` of an object that holds these other things too, which
 * `readReport` passes over.
 *
 * @throws `INVALID_ARGUMENT`, naming every bad field, such as a figure that is NaN; `STORAGE_FAILED`.
 */
export async function writeReport(
  storage: Storage,
  path: string,
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
  const file = beside ? { ...beside, report: data } : data
  await storage.write(path, new TextEncoder().encode(`${JSON.stringify(file, compact, 1)}\n`))
}

/** Numbers, of which there are thousands, to nine digits, which is more than any of them is known to. */
function compact(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value
}
