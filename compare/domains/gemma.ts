/**
 * Trains a patch for a second real model, Gemma 3 270M, which is not a chat model: toxicity, with a reference trained here.
 *
 *   npm run compare:gemma -- [--shared ../shared] [--out compare/.gemma] [--samples 5] [--seeds 1]
 *
 * The reference M' is a LoRA that PEFT trains on the least offensive fluent one of eight continuations by the base for each
 * training prompt. The patch is then distilled from it with the domain's recipe, and base, patch and reference are measured on
 * test prompts by two judges. All intermediate results are kept in `--out`, and the same command resumes a stopped run. Prints
 * the share of the reference's reduction that the patch achieves, and the perplexity of its continuations over the base's, as
 * means over the seeds.
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

/** Minimum token probability (geometric mean) of a fluent continuation. A third of the continuations reach it. */
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
 * Trains a LoRA on one of eight continuations by the base for each prompt: the least offensive one that is about as likely as
 * most. Returns its folder. Chosen by words alone, the texts would be odd, and a reference trained on them would have twice the
 * perplexity.
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

/** Probability that a text is not offensive, reduced if the text is unlikely under the base. */
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
