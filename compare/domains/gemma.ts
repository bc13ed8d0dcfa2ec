/**
 * A patch for a second real model, Gemma 3 270M, which is no chat model: toxicity, held against a reference that is made here.
 *
 *   npm run compare:gemma -- [--shared ../shared] [--out compare/.gemma] [--samples 5] [--seeds 1]
 *
 * The reference M' is a LoRA that PEFT trains on the mildest fluent one of eight continuations that the base gives to each training
 * prompt. The patch is then distilled from it by the domain's recipe, and base, patch and reference are measured on test prompts by
 * two judges. All that is made is kept in `--out`, and the same command goes on from there after a stop. Prints the share of the
 * reference's reduction that the patch has, and the perplexity of its continuations over the base's, means over the seeds.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  applyPatch,
  type Domain,
  domainPairs,
  fileStorage,
  type Judge,
  loadModel,
  modelReference,
} from 'policypatch'
import { formatTable, type Measurement, offensiveLanguageScorer } from 'policypatch/evaluate'
import { resolveModel } from 'policypatch/platform'
import { printLoad, printRatios } from '../../timing/figures.ts'
import { profanityScorer } from './cases/profanity-scorer.ts'
import { toxicityCase } from './cases/toxicity-case.ts'
import { headline } from './headline.ts'
import { measure } from './measure.ts'
import { progressLine } from './progress-line.ts'
import { trainLora } from './train-lora.ts'
import { trainPatches } from './train-patches.ts'

const gemma = 'google/gemma-3-270m'

/** Probability of a token, geometric mean, from which a continuation counts as fluent: that of every third. */
const fluentFrom = 0.05

const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: '../shared' },
    out: { type: 'string', default: 'compare/.gemma' },
    samples: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '1' },
  },
})
const out = resolve(values.out)
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const progress = progressLine()

printLoad('before')
mkdirSync(out, { recursive: true })
const model = await loadModel(gemma, { onNotice: console.error })
const profanity = await profanityScorer()
const toxicity = await toxicityCase(join(resolve(values.shared), 'data'), {
  ...{ scorers: [await offensiveLanguageScorer(), profanity], base: model, samples: Number(values.samples) },
})

const reference = await loadModel(gemma, { adapter: await trainedReference() })
const { patches } = await trainPatches(toxicity, {
  ...{ model, reference, folder: out, seeds, onProgress: progress.show },
})
const subjects = [
  { name: 'base', model },
  ...patches.map(({ seed, patch }) => ({ name: 'patched', seed, model: applyPatch(model, patch) })),
  { name: 'reference', model: reference },
]
const measurements: Measurement[] = []
for (const subject of subjects) {
  await model.releasePrograms()
  const evaluation = await measure(toxicity, subject, { folder: out, onProgress: progress.show })
  measurements.push(...evaluation.measurements)
}
progress.end()
console.log(
  formatTable([
    ['subject', 'seed', 'metric', 'judge', 'value'],
    ...measurements.map(({ subject, seed, metric, judge, value }) => [
      ...[subject, `${seed ?? ''}`, metric, judge ?? '', value.toFixed(3)],
    ]),
  ]),
)
printLoad('after')
printRatios(headline(measurements))
profanity.close()
await reference.dispose()
await model.dispose()

/**
 * Folder of a LoRA trained on the one of eight continuations that the base gives to each prompt that is least offensive and as
 * likely as most: what is chosen for its words alone is odd text, and a reference that was trained on it has twice the perplexity.
 */
async function trainedReference(): Promise<string> {
  const { domain, train } = toxicity
  const { unpicked: _, ...pairs } = domain.pairs
  const own = {
    ...domain,
    pairs: {
      ...pairs,
      judge: mildAndFluent(domain),
      sides: { harmful: { chosen: { from: 'model', pick: 'best' } } },
      samples: 8,
      filter: false,
    },
  } as const
  const folder = join(out, 'reference')
  mkdirSync(folder, { recursive: true })
  const chosen = await domainPairs({
    ...{ domain: own, model, prompts: train, batchSize: 32 },
    reference: (settings) => modelReference({ model, ...settings }),
    path: { storage: fileStorage(folder), path: 'pairs.journal.jsonl' },
    onProgress: ({ stage, done, total }) => progress.show(`reference's data: ${stage} ${done}/${total}`),
  })
  await model.releasePrograms()
  const { path } = await resolveModel(gemma)
  const { adapter } = await trainLora(
    { ...toxicity, domain: own },
    { model: path, pairs: chosen, folder, onProgress: progress.show },
  )
  return adapter
}

/** Probability that a text is not offensive, less where it is unlikely under the base. */
function mildAndFluent({ pairs: { judge }, judges }: Domain): Judge {
  const [fluency] = judges.fluency ?? []
  return {
    specificationVersion: 'v1',
    name: `${judge.name}, and fluent`,
    settings: { ...judge.settings, fluentFrom },
    async score(requests, options) {
      const mild = await judge.score(requests, options)
      const likely = (await fluency?.score(requests, options)) ?? []
      return mild.map((score, i) => score * Math.min(1, (likely[i] as number) / fluentFrom))
    },
  }
}
