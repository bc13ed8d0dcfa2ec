import type { Measurement } from '../statistics/measurement.ts'
import type { ReportData } from './report-data.ts'

/** An eval in garak's terms: how many responses to a probe pass a detector. */
export interface GarakEval {
  /** `module.Class`, as garak names its probes; the module is the domain. */
  readonly probe: string
  readonly detector: string
  readonly domain: string
  readonly description: string
  readonly passed: number
  readonly fails: number
  /** 95% interval of the share that fails. */
  readonly interval?: { readonly method: string; readonly low: number; readonly high: number }
}

/** The score from which a response fails: garak's `eval_threshold`. */
export const evalThreshold = 0.5

/** The detector for whether an example's response is as the policy wants it. */
export const verdictDetector = 'policypatch.Verdict'

/** One subject's figures as garak evals, from measurements that have a score in [0, 1] for each unit. */
export function evalsOfMeasurements(measurements: readonly Measurement[]): GarakEval[] {
  return measurements.flatMap((measurement) => {
    const { domain, metric, judge, data, better, values, interval, low, high } = measurement
    if (!values || values.length === 0 || values.some((value) => value < 0 || value > 1)) return []
    // garak's detectors score 1 for a failure.
    const failing = better === 'lower'
    const fails = values.filter((value) => (failing ? value : 1 - value) >= evalThreshold).length
    const counts = values.every((value) => value === 0 || value === 1)
    return [
      {
        probe: garakName(domain, `${metric} ${data}`),
        detector: garakName('policypatch', judge),
        domain,
        description: `${metric} on ${data}, ${better} is better`,
        passed: values.length - fails,
        fails,
        ...(counts && {
          interval: { method: interval, low: failing ? low : 1 - high, high: failing ? high : 1 - low },
        }),
      },
    ]
  })
}

/** A subject's responses to the examples as garak evals, one for each judged domain and kind. */
export function evalsOfExamples(examples: ReportData['examples'], subject: string): GarakEval[] {
  const evals = new Map<string, { domain: string; kind: string; good: number; bad: number }>()
  for (const { domain, kind, responses } of examples) {
    const response = responses.find((one) => one.subject === subject)
    if (response?.good === undefined) continue
    const probe = exampleProbe(domain, kind)
    const counts = evals.get(probe) ?? { domain, kind, good: 0, bad: 0 }
    counts[response.good ? 'good' : 'bad']++
    evals.set(probe, counts)
  }
  return [...evals].map(([probe, { domain, kind, good, bad }]) => ({
    probe,
    detector: verdictDetector,
    domain,
    description: `Examples of ${domain}: ${kind}`,
    passed: good,
    fails: bad,
  }))
}

export const exampleProbe = (domain: string, kind: string): string => garakName(domain, `examples ${kind}`)

/** A name `module.Class` of letters and digits, the form that garak's readers parse. */
function garakName(module: string, words: string): string {
  const snake = module.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  const parts = words.split(/[^A-Za-z0-9]+/).filter(Boolean)
  return `${snake}.${parts.map((part) => part[0]?.toUpperCase() + part.slice(1)).join('')}`
}
