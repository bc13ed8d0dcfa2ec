/**
 * Ablates a recipe: trains and measures patches that differ in one thing. The paper's ablations, one command each:
 *
 *   npm run compare:ablate -- length|init|beta|pairs|stages|dpo-reference [--domain harmfulness] [--seeds 3]
 *   npm run compare:ablate -- backbone --recorded FILE
 *     [--shared ../shared] [--out compare/.ablations]
 *
 * `backbone` takes y⁺ from any other model's answers, recorded as JSON Lines of {"prompt", "response"}; prompts without an answer
 * are dropped. Intermediate results are kept in `--out`, and the same command resumes a stopped run. Prints a table of means over
 * seeds, with 95% intervals over seeds and prompts.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { applyPatch, loadModel, recordedReference } from 'policypatch'
import { analyzeMeasurements, formatTable, type Measurement } from 'policypatch/evaluate'
import { baseModel } from '../domains/base-model.ts'
import { openCases } from '../domains/cases/open-cases.ts'
import { measure } from '../domains/measure.ts'
import { progressLine } from '../domains/progress-line.ts'
import { trainPatches } from '../domains/train-patches.ts'
import { ablations, fromOutputs, type Variant } from './ablations.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    domain: { type: 'string', default: 'harmfulness' },
    seeds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '5' },
    recorded: { type: 'string' },
    shared: { type: 'string', default: '../shared' },
    out: { type: 'string', default: 'compare/.ablations' },
  },
})
const [what = ''] = positionals
const known = [...Object.keys(ablations), 'backbone']
if (!known.includes(what)) throw new Error(`name one of ${known.join(', ')}, not ${what || 'nothing'}`)
if ((what === 'backbone') !== (values.recorded !== undefined)) {
  throw new Error('backbone takes --recorded FILE, and nothing else does')
}

const shared = resolve(values.shared)
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const progress = progressLine()
const { model, cases, close } = await openCases(join(shared, 'data'), {
  names: [values.domain],
  samples: Number(values.samples),
})
try {
  const [domainCase] = cases
  if (!domainCase) throw new Error('no domain')
  const adapter = join(shared, 'models', domainCase.reference)
  const reference = await loadModel(baseModel, { adapter })
  const recorded = values.recorded === undefined ? undefined : await recordedReference(values.recorded)
  const variants: Variant[] = ablations[what]?.(domainCase) ?? [
    { label: 'recorded', domainCase: fromOutputs(domainCase) },
  ]
  const measurements: Measurement[] = []
  const folderOf = (label: string) =>
    join(resolve(values.out), values.domain, what, label.replace(/\W+/g, '-'))
  for (const { label, domainCase: variant, training } of variants) {
    const folder = folderOf(label)
    const onProgress = (line: string) => progress.show(`${what} ${label}: ${line}`)
    const { patches } = await trainPatches(variant, {
      ...{ model, reference, recorded, training, folder, seeds, onProgress },
    })
    for (const { seed, patch } of patches) {
      const subject = { name: label, seed, model: applyPatch(model, patch) }
      measurements.push(...(await measure(variant, subject, { folder, onProgress })).measurements)
    }
  }
  progress.end()
  const rows = [[what, 'metric', 'judge', 'data', 'n', 'value', '95% interval', 'by seed']]
  for (const { metric, judge, data, figures } of analyzeMeasurements(measurements)) {
    for (const { subject, n, value, low, high, bySeed } of figures) {
      rows.push([
        ...[subject, metric, judge, data, `${n}`, value.toFixed(3)],
        `[${low.toFixed(3)}, ${high.toFixed(3)}]`,
        bySeed.map((one) => one.value.toFixed(2)).join(' '),
      ])
    }
  }
  console.log(formatTable(rows))
} finally {
  close()
}
