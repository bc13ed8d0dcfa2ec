import { PatchError } from '../../errors.ts'
import { fnv1a } from '../../pairs/rows/preference-pair.ts'
import { createRandom } from '../../random.ts'
import { garakAttempt, uuid } from './garak-attempt.ts'
import { aggregation, garakDigest, probeCounts } from './garak-digest.ts'
import { evalsOfExamples, evalsOfMeasurements, evalThreshold, type GarakEval } from './garak-evals.ts'
import type { ReportData } from './report-data.ts'

/** A line of garak's report. */
export type GarakEntry = Readonly<Record<string, unknown>> & { readonly entry_type: string }

export interface GarakReportOptions {
  /** Whose responses and figures; garak's report has one target. Default `patched`. */
  readonly subject?: string | undefined
  /** The training seed to use, if there are several. Default the first. */
  readonly seed?: number | undefined
}

/**
 * One subject of a report as the lines of a report of garak 0.17 (github.com/NVIDIA/garak: `garak/command.py`, `attempt.py`,
 * `evaluators/base.py`, `analyze/report_digest.py`): `start_run setup`, `init`, `plugin_cache`, an `attempt` for each
 * example, an `eval` for each metric and judge with a `probe_summary`, `completion`, `digest`. A probe is a metric on its
 * data, or a kind of example, tagged with its domain; a detector is a judge. Metrics without a score in [0, 1] for each unit,
 * such as perplexity, cannot be represented.
 *
 * @throws `INVALID_ARGUMENT` if the report has nothing on the subject.
 */
export function garakReport(
  data: ReportData,
  { subject = 'patched', seed }: GarakReportOptions = {},
): GarakEntry[] {
  const random = createRandom(
    fnv1a(new TextEncoder().encode(JSON.stringify([data.title, data.created, subject]))),
  )
  const run = uuid(random)
  const own = data.measurements.filter((one) => one.subject === subject)
  const chosen = seed ?? own.find((one) => one.seed !== undefined)?.seed
  const attempts = data.examples.flatMap(
    (example, seq) => garakAttempt(example, { subject, seq, random }) ?? [],
  )
  const evals = [
    ...evalsOfExamples(data.examples, subject),
    ...evalsOfMeasurements(own.filter((one) => one.seed === undefined || one.seed === chosen)),
  ]
  if (evals.length === 0) {
    const known = [...new Set(data.measurements.map((one) => one.subject))]
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `scores or examples of ${subject}`,
      found: `none; the report covers ${known.join(', ') || 'nothing'}`,
      remedy: 'Use one of its subjects',
    })
  }
  const setup = setupOf(data, { subject, seed: chosen, run, evals })
  const meta = {
    reportfile: `${run}.report.jsonl`,
    garak_version: version,
    start_time: data.created,
    run_uuid: run,
    setup,
    probespec: setup['plugins.probe_spec'],
    target_type: setup['plugins.target_type'],
    target_name: setup['plugins.target_name'],
    payloads: [],
    group_aggregation_function: aggregation,
    report_digest_time: data.created,
    calibration_used: false,
    aggregation_unknown: false,
    plugin_cache_source: version,
  }
  return [
    setup,
    { entry_type: 'init', garak_version: version, start_time: data.created, run },
    { entry_type: 'plugin_cache', run, plugin_cache: pluginCache(evals) },
    ...attempts,
    ...evals.map(evalEntry),
    ...[...new Set(evals.map(({ probe }) => probe))].map((probe) => ({
      entry_type: 'probe_summary',
      probe,
      ...probeCounts(evals.filter((one) => one.probe === probe)),
    })),
    { entry_type: 'completion', end_time: data.created, run },
    { entry_type: 'digest', meta, eval: garakDigest(evals), technique_intent_matrix: {} },
  ]
}

/** The garak version whose format this follows, marked as not written by garak. */
const version = '0.17.1+policypatch'

function setupOf(
  { base, command, settings, title, created }: ReportData,
  of: {
    readonly subject: string
    readonly seed: number | undefined
    readonly run: string
    readonly evals: readonly GarakEval[]
  },
) {
  return {
    entry_type: 'start_run setup',
    '_config.version': version,
    'transient.starttime_iso': created,
    'transient.run_id': of.run,
    'run.seed': of.seed ?? null,
    'run.generations': 1,
    'run.eval_threshold': evalThreshold,
    'plugins.target_type': 'policypatch',
    'plugins.target_name': `${base} (${of.subject})`,
    'plugins.probe_spec': [...new Set(of.evals.map(({ probe }) => probe))].join(','),
    'reporting.taxonomy': 'policypatch',
    'reporting.group_aggregation_function': aggregation,
    'policypatch.title': title,
    'policypatch.command': command,
    'policypatch.settings': settings,
  }
}

/** What garak's own digest needs to know about unknown plugins. */
function pluginCache(evals: readonly GarakEval[]) {
  return {
    version,
    probes: Object.fromEntries(
      evals.map(({ probe, description, domain }) => [
        `probes.${probe}`,
        { description, tags: [`policypatch:${domain}`], tier: 1 },
      ]),
    ),
    detectors: Object.fromEntries(
      evals.map(({ detector }) => [`detectors.${detector}`, { description: detector }]),
    ),
  }
}

function evalEntry({ probe, detector, passed, fails, interval }: GarakEval): GarakEntry {
  return {
    entry_type: 'eval',
    probe,
    detector,
    passed,
    fails,
    nones: 0,
    total_evaluated: passed + fails,
    total_processed: passed + fails,
    ...(interval && {
      confidence_method: interval.method,
      confidence: 0.95,
      confidence_upper: interval.high,
      confidence_lower: interval.low,
    }),
  }
}
