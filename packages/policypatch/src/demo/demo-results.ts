import { evaluationReport, type ReportData } from '@policypatch/core'
import { reportedPatch } from '../report/reported-patch.ts'
import type { DemoOutcome } from './run-demo.ts'

/**
 * What `--out DIR` leaves in DIR/results.json: the grid's cells, each with `refused` as `{ value, low, high, n }` (Wilson's
 * 95% interval), how near the patched model is to its base on everyday prompts, wall time by stage in seconds, and the largest
 * resident size of the process.
 */
export function demoResults(
  { patch, evaluation }: DemoOutcome,
  path: string,
  seconds: Readonly<Record<string, number>>,
) {
  const { subjects, cells, divergence, maxTokens } = evaluation
  return {
    subjects,
    maxTokens,
    cells,
    divergence,
    patch: { path, bytes: patch.bytes, parameters: patch.parameters, gate: patch.manifest.prefix.gate },
    seconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
}

/** The same as the data of a report, for `policypatch report`. */
export function demoReportData({ patch, evaluation }: DemoOutcome, seed: number): ReportData {
  const { domain, base } = patch.manifest
  return evaluationReport(evaluation, {
    ...{ base: base.id, domain, patch: reportedPatch(patch) },
    command: `policypatch demo --seed ${seed}`,
    settings: { seed },
  })
}
