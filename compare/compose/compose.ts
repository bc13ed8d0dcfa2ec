/**
 * Combines three patches into one: harmfulness, toxicity and gender bias of SmolLM2-135M-Instruct, with every method of
 * composing, and measures how much of each effect remains.
 *
 *   npm run compare:compose -- [--shared ../shared] [--domains compare/.domains] [--out compare/.compose] [--seeds 3]
 *     [--samples 3] [--steps 300] [--no-side-by-side]
 *
 * Reuses the patches that compare:domains has trained into `--domains` and trains missing ones. All intermediate results are kept
 * in `--out`, and the same command resumes a stopped run. Seeds are trained and measured side by side, each in a process on its
 * own cores (`--seed N` runs one of them). Writes compare/results/compose.json, which `policypatch report` reads, and ends with
 * the headline figures: shares of the specialists' own effects in the worst domain.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { applyPatch, loadModel, type Patch, systemPromptReference } from 'policypatch'
import {
  type EvaluationSubject,
  formatTable,
  type Measurement,
  type RespondSettings,
  writeReport,
} from 'policypatch/evaluate'
import { printLoad, printRatios } from '../../timing/figures.ts'
import { baseModel } from '../domains/base-model.ts'
import type { DomainCase } from '../domains/cases/domain-case.ts'
import { openCases } from '../domains/cases/open-cases.ts'
import { measure } from '../domains/measure.ts'
import { progressLine } from '../domains/progress-line.ts'
import { type Command, ownCommand } from '../sides/command.ts'
import { sideBySide } from '../sides/side-by-side.ts'
import { orderDifference } from './order-difference.ts'
import { keptShares, overRefusalExcess, worstShare } from './shares.ts'
import { smallCase } from './small-case.ts'
import { type StackOptions, specialists, stacksOf } from './stacks.ts'
import { switchingCost } from './switching.ts'
import { textPromptOf } from './text-prompt.ts'

const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: '../shared' },
    domains: { type: 'string', default: 'compare/.domains' },
    out: { type: 'string', default: 'compare/.compose' },
    seeds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '3' },
    steps: { type: 'string', default: '300' },
    seed: { type: 'string' },
    'side-by-side': { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)

printLoad('before')
const shared = resolve(values.shared)
const folder = resolve(values.out)
const progress = progressLine()
const open = () =>
  openCases(join(shared, 'data'), {
    names: ['harmfulness', 'toxicity', 'gender'],
    samples: Number(values.samples),
  })
const places = {
  models: join(shared, 'models'),
  patches: resolve(values.domains),
  onProgress: progress.show,
}
if (values.seed === undefined && values['side-by-side'] && seeds.length > 1) {
  // All seeds learn from the same pairs, so make the pairs first: no two processes may write them at once.
  const before = await open()
  await specialists(before.cases, { model: before.model, ...places }, [])
  before.close()
  await before.model.dispose()
  // Their results are in --out and are reused below.
  const given = [`--shared=${shared}`, `--domains=${resolve(values.domains)}`, `--out=${folder}`]
  const own = [...given, `--samples=${values.samples}`, `--steps=${values.steps}`]
  await sideBySide(
    seeds.map(
      (seed): Command => [...ownCommand(new URL('./compose.ts', import.meta.url)), ...own, `--seed=${seed}`],
    ),
  )
}
const { model, cases, close } = await open()
try {
  const small = cases.map(smallCase)
  const measurements: Measurement[] = []
  const measured = async (subject: EvaluationSubject, only?: string) => {
    for (const domainCase of small) {
      if (only !== undefined && domainCase.domain.name !== only) continue
      const { measurements: own } = await measure(domainCase, subject, {
        folder: join(folder, domainCase.domain.name),
        onProgress: progress.show,
      })
      measurements.push(...own)
    }
  }
  /** Trains and measures everything for one seed. Returns its specialists. */
  const ofSeed = async (seed: number) => {
    const options: StackOptions = { ...places, model, folder, seed, steps: Number(values.steps) }
    const parts = await specialists(cases, options, [seed])
    for (const [i, patch] of parts.entries()) {
      const { name } = (small[i] as (typeof small)[number]).domain
      const own = { model: applyPatch(model, patch), seed }
      await measured({ name: 'reference', ...own }, name)
      // How often a patch of another domain refuses everyday prompts.
      if (name !== 'harmfulness') await measured({ name: `${name} alone`, ...own }, 'harmfulness')
    }
    const stacks = await stacksOf(cases, parts, options)
    const [first] = cases as [DomainCase]
    const text = seed === 0 ? await textPromptOf(first, parts[0] as Patch, options) : undefined
    // Programs compiled for training take gigabytes.
    await model.releasePrograms()
    for (const { name, patch, domain } of stacks) {
      await measured({ name, model: applyPatch(model, patch), seed }, domain)
    }
    if (text) {
      const reference = (settings: RespondSettings) =>
        systemPromptReference({ model, ...settings, systemPrompt: text.text })
      await measured({ name: 'text prompt', reference, seed }, first.domain.name)
    }
    return parts
  }
  if (values.seed === undefined) await compareAll()
  else await ofSeed(Number(values.seed))

  async function compareAll(): Promise<void> {
    await measured({ name: 'base', model })
    const differences = []
    const costs = []
    for (const seed of seeds) {
      const parts = await ofSeed(seed)
      costs.push(await switchingCost(model, parts))
      if (seed === 0) {
        const exact = await loadModel(baseModel, { precision: 'float32' })
        differences.push(await orderDifference(exact, parts))
        await exact.dispose()
      }
    }
    progress.end()
    const shares = keptShares(measurements)
    const methods = ['concat', 'parallel', 'merge', 'compress', 'joint', '20 tokens', 'text prompt']
    const keyOf = (method: string) => method.replace(/\W+/g, '-')
    const ratios = {
      ...Object.fromEntries(
        methods.map((method) => [`${keyOf(method)}-worst-share`, worstShare(shares, method)]),
      ),
      ...Object.fromEntries(
        methods.map((method) => [
          `${keyOf(method)}-over-refusal-excess`,
          overRefusalExcess(measurements, method),
        ]),
      ),
      'parallel-order-difference': differences[0]?.composed ?? Number.NaN,
      'parallel-order-difference-permuted': differences[0]?.permuted ?? Number.NaN,
      'switch-milliseconds': Math.max(...costs),
    }
    await writeReport(
      fileURLToPath(new URL('../results/compose.json', import.meta.url)),
      {
        format: 'policypatch-report/v1',
        title: 'Three patches as one',
        created: new Date().toISOString(),
        notice: 'The subject called reference is, in each domain, the patch that was trained for it alone.',
        base: baseModel,
        command: 'npm run compare:compose',
        settings: { seeds: values.seeds, samples: values.samples, steps: values.steps },
        measurements,
        agreement: [],
        examples: [],
        curves: [],
      },
      { ratios, shares },
    )
    console.log(
      formatTable([
        ['method', 'domain', 'judge', 'share of the specialist', '95% interval'],
        ...shares.map(({ method, domain, judge, value, low, high }) => [
          ...[method, domain, judge, value.toFixed(2)],
          `[${low.toFixed(2)}, ${high.toFixed(2)}]`,
        ]),
      ]),
    )
    printLoad('after')
    printRatios(ratios)
  }
} finally {
  close()
}
