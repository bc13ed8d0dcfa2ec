import { PatchError } from '../../errors.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import type { ReportData } from './report-data.ts'
import { reportFormat, reportSchema } from './report-schema.ts'

/**
 * Reads the data of a report: the object of a JSON file, or what that object holds as `report`, beside other things.
 *
 * @throws `NOT_FOUND`; `TRUNCATED` if the text ends early; `UNSUPPORTED` for a later format; `MALFORMED`, naming every bad
 *   field.
 */
export async function readReport(storage: Storage, path: string): Promise<ReportData> {
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
