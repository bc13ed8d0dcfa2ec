/** Core's functions for reports, over the platform's own storage unless another is given. */

import * as core from '@policypatch/core'
import { defaultStorage } from '#default-storage'

/** Reads the data of a report; see core's `readReport`. */
export const readReport = (
  path: string,
  storage: core.Storage = defaultStorage(),
): Promise<core.ReportData> => core.readReport(storage, path)

/** Writes the data of a report; see core's `writeReport`. */
export const writeReport = (
  path: string,
  data: core.ReportData,
  beside?: Readonly<Record<string, unknown>>,
  storage: core.Storage = defaultStorage(),
): Promise<void> => core.writeReport(storage, path, data, beside)
