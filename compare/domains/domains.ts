/**
 * Trains patches for three domains and compares them with every alternative: harmfulness, toxicity and gender bias of
 * SmolLM2-135M-Instruct, each distilled from a safer reference (a LoRA adapter merged into the base).
 *
 *   npm run compare:domains -- [--shared ../shared] [--out compare/.domains] [--only harmfulness,toxicity,gender]
 *     [--seeds 3] [--samples 5] [--no-lora] [--no-ability] [--no-side-by-side]
 *
 * `--samples` is k of the toxicity protocol: 25 in the original paper, 5 here, which takes a fifth of the time. `--shared` is a
 * folder with data/ and models/; compare/README.md describes its contents. All intermediate results are kept in `--out`, and the
 * same command resumes a stopped run. Domains are trained and measured side by side, each in a process on its own cores, as far
 * as cores and memory allow. Writes compare/results/domains.json, which `policypatch report` reads; domains left out by `--only`
 * keep their figures there. Ends with the headline figures, as means over the training seeds.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadModel } from 'policypatch'
import { readAbilityData } from 'policypatch/evaluate'
import { printLoad, printRatios } from '../../timing/figures.ts'
import { type Command, ownCommand } from '../sides/command.ts'
import { sideBySide } from '../sides/side-by-side.ts'
import { type AbilitySubject, measureAbility } from './ability.ts'
import { baseModel } from './base-model.ts'
import { openCases } from './cases/open-cases.ts'
import { progressLine } from './progress-line.ts'
import { printComparisons, printFigures, writeResults } from './results.ts'
import { runCase } from './run-case.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    shared: { type: 'string', default: '../shared' },
    out: { type: 'string', default: 'compare/.domains' },
    only: { type: 'string', default: 'harmfulness,toxicity,gender' },
    seeds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '5' },
    lora: { type: 'boolean', default: true },
    ability: { type: 'boolean', default: true },
    'side-by-side': { type: 'boolean', default: true },
  },
})
const names = values.only.split(',')

printLoad('before')
const shared = resolve(values.shared)
const out = resolve(values.out)
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const progress = progressLine()
const abilityOf = async (subjects: readonly AbilitySubject[]) =>
  measureAbility(subjects, { data: await readAbilityData(), folder: out, onProgress: progress.show })
if (values['side-by-side'] && names.length > 1) {
  // Their results are in --out and are reused below. So is the base's ability, which each of them needs.
  if (values.ability) {
    const base = await loadModel(baseModel)
    await abilityOf([{ name: 'base', model: base }])
    await base.dispose()
  }
  const given = { shared, out, seeds: values.seeds, samples: values.samples }
  const own: Command = [
    ...ownCommand(new URL('./domains.ts', import.meta.url)),
    ...Object.entries(given).map(([name, value]) => `--${name}=${value}`),
    ...(['lora', 'ability'] as const).map((name) => (values[name] ? `--${name}` : `--no-${name}`)),
  ]
  await sideBySide(names.map((name): Command => [...own, `--only=${name}`]))
}
const { model, cases, close } = await openCases(join(shared, 'data'), {
  names,
  samples: Number(values.samples),
})
try {
  const done = []
  const able: AbilitySubject[] = [{ name: 'base', model }]
  for (const domainCase of cases) {
    const { name } = domainCase.domain
    const folder = join(out, name)
    const result = await runCase(domainCase, {
      ...{ model, models: join(shared, 'models'), folder, seeds, lora: values.lora },
      onProgress: (line) => progress.show(`${name}: ${line}`),
    })
    done.push(result)
    able.push(...result.able)
  }
  const ability = values.ability ? await abilityOf(able) : []
  progress.end()
  const measurements = [...done.flatMap((one) => one.measurements), ...ability]
  const { report, ratios } = await writeResults({
    measurements,
    stories: done,
    settings: { only: values.only, seeds: values.seeds, samples: values.samples },
  })
  printFigures(report.measurements)
  printComparisons(report.measurements)
  printLoad('after')
  printRatios(ratios)
} finally {
  close()
}
