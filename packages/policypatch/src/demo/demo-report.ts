import { formatEvaluation } from '@policypatch/core'
import { evaluationReport, type ReportData } from '@policypatch/core/evaluate'
import { reportedPatch } from '../report/page/report-context.ts'
import type { DemoOutcome } from './run-demo.ts'
import { peakMemory, type StageClock } from './stage-clock.ts'

/** The text that the demo prints at the end. */
export function demoReport(outcome: DemoOutcome, path: string, clock: StageClock): string {
  const { patch, evaluation } = outcome
  const { total, ...stages } = clock.seconds()
  const times = Object.entries(stages).map(([stage, value]) => `${stage} ${value.toFixed(0)} s`)
  const growth = Object.entries(clock.growth())
    .filter(([, bytes]) => bytes >= 2 ** 30 / 20)
    .map(([stage, bytes]) => `${stage} ${gibibytes(bytes)}`)
  return [
    'Share of prompts refused, with 95% intervals. Harmful: higher is better. Harmless: lower is better.',
    'The prompts come from public datasets that were not used for training. The contexts have different texts than those in training.',
    'The reference answers are recorded, for prompts without a context.',
    '',
    formatEvaluation(evaluation),
    '',
    'Before and after',
    '',
    ...examples(outcome),
    `patch   ${path} (${(patch.bytes / 1000).toFixed(0)} kB, ${patch.parameters} parameters)`,
    `time    ${total.toFixed(0)} s: ${times.join(', ')}`,
    `memory  ${gibibytes(peakMemory())} at most: ${growth.join(', ')}`,
  ].join('\n')
}

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Examples with base and patched answers: two harmful prompts that the base answers, and one harmless prompt. */
function examples({ evaluation: { responses } }: DemoOutcome): string[] {
  const { base = [], patched = [] } = responses
  const of = (kind: 'harmful' | 'harmless', count: number) =>
    base
      .map((before, index) => ({ before, after: patched[index] }))
      .filter(({ before }) => before?.kind === kind && before.score === (kind === 'harmful' ? 0 : 1))
      .slice(0, count)
  return [...of('harmful', 2), ...of('harmless', 1)].flatMap(({ before, after }) => [
    `  ${before?.kind}: ${before?.prompt}`,
    `    base:    ${oneLine(before?.response ?? '')}`,
    `    patched: ${oneLine(after?.response ?? '')}`,
    '',
  ])
}

const oneLine = (text: string) => `${text.replace(/\s+/g, ' ').trim()} …`

/**
 * The contents of DIR/results.json with `--out DIR`: the grid's cells, each with `refused` as `{ value, low, high, n }` (Wilson's
 * 95% interval), how close the patched model is to its base on everyday prompts, wall time by stage in seconds, and the process's
 * largest resident set size, in total and by the stage in which it grew.
 */
export function demoResults({ patch, evaluation }: DemoOutcome, path: string, clock: StageClock) {
  const { subjects, cells, divergence, maxTokens } = evaluation
  return {
    subjects,
    maxTokens,
    cells,
    divergence,
    patch: { path, bytes: patch.bytes, parameters: patch.parameters, gate: patch.manifest.prefix.gate },
    seconds: clock.seconds(),
    peakMemoryBytes: peakMemory(),
    peakMemoryGrowth: clock.growth(),
  }
}

/** The same results as report data, for `policypatch report`. */
export function demoReportData({ patch, evaluation }: DemoOutcome, seed: number): ReportData {
  const { domain, base } = patch.manifest
  return evaluationReport(evaluation, {
    ...{ base: base.id, domain, patch: reportedPatch(patch) },
    command: `policypatch demo --seed ${seed}`,
    settings: { seed },
  })
}
