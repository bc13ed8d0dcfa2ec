/** Core's functions for reports, over the platform's own storage unless another is given. */

import type * as core from '@policypatch/core'
import * as coreEvaluate from '@policypatch/core/evaluate'
import { defaultStorage } from '#default-storage'

/** Reads the data of a report; see core's `readReport`. */
export const readReport = (
  path: string,
  storage: core.Storage = defaultStorage(),
): Promise<coreEvaluate.ReportData> => coreEvaluate.readReport(storage, path)

/** Writes the data of a report; see core's `writeReport`. */
export const writeReport = (
  path: string,
  data: coreEvaluate.ReportData,
  beside?: Readonly<Record<string, unknown>>,
  storage: core.Storage = defaultStorage(),
): Promise<void> => coreEvaluate.writeReport(storage, path, data, beside)
