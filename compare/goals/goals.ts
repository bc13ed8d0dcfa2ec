/**
 * Checks whether a goal other than refusal can be trained from nothing but 60 prompts and recorded answers (compare/goals): JSON
 * for some prompts, a voice for some prompts, JSON for all. Each patch is trained with `trainPatch`'s defaults, as
 * `policypatch train` does, and measured on unseen prompts: the share of targets answered as wanted, and the share of other
 * prompts whose answers are no longer identical to the base's.
 *
 *   npm run compare:goals -- [--goal NAME] [--seed 0] [--preset fast|balanced|thorough] [--work compare/.goals] [--out compare/results/goals.json]
 *
 * `--goal` may be repeated. Intermediate results are kept in `--work`, and the same command resumes a stopped run.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  applyPatch,
  fileStorage,
  loadModel,
  type PatchPrompt,
  readPrompts,
  recordedReference,
  trainPatch,
} from 'policypatch'
import { evaluateGrid, formatTable } from 'policypatch/evaluate'
import { formatOutcome, type TrainingPreset } from 'policypatch/train'
import { printLoad } from '../../timing/figures.ts'
import { baseModel } from '../domains/base-model.ts'
import { progressLine } from '../domains/progress-line.ts'
import { describeTraining } from '../selectivity/train-seeds.ts'
import { goals } from './known-goals.ts'

const { values } = parseArgs({
  options: {
    goal: { type: 'string', multiple: true, default: Object.keys(goals) },
    seed: { type: 'string', default: '0' },
    preset: { type: 'string', default: 'balanced' },
    work: { type: 'string', default: 'compare/.goals' },
    out: { type: 'string', default: 'compare/results/goals.json' },
  },
})
const seed = Number(values.seed)
const preset = values.preset as TrainingPreset
const data = (name: string) => fileURLToPath(new URL(`${name}.jsonl`, import.meta.url))
/** Minimum share of targets answered as wanted, and maximum share of other prompts whose answers change. */
const bars = { asWanted: 0.9, changed: 0.05 }

printLoad('before')
const progress = progressLine()
const model = await loadModel(baseModel)
const found = []
for (const name of values.goal) {
  const goal = goals[name]
  if (!goal) throw new Error(`No goal ${name}: there are ${Object.keys(goals).join(', ')}`)
  const start = performance.now()
  const storage = fileStorage(join(resolve(values.work), name))
  const judge = await goal.judge()
  const patch = await trainPatch({
    ...{ model, judge, seed, preset },
    prompts: await readPrompts({ storage: fileStorage(), path: data(name) }, { kind: 'target' }),
    reference: await recordedReference({ storage: fileStorage(), path: data(name) }),
    generation: { maxTokens: 64 },
    ...(goal.everywhere && { everyday: 0 }),
    manifest: { name },
    directory: { storage, path: 'run' },
    onProgress: (event) => {
      const line = `${name}: ${describeTraining(event)}`
      if (['warning', 'reference', 'filter'].includes(event.stage)) console.log(line)
      else if (event.stage !== 'outcome') progress.show(line)
    },
  })
  const seconds = (performance.now() - start) / 1000
  await patch.save({ storage, path: 'patch' })
  await model.releasePrograms()
  const others = await readPrompts(data('others.unseen'))
  const prompts: PatchPrompt[] = goal.everywhere
    ? others.map((row) => ({ ...row, kind: 'target' }))
    : [...(await readPrompts(data(`${name}.unseen`))), ...others]
  const { cells, responses } = await evaluateGrid({
    subjects: [
      { name: 'base', model },
      { name: 'patched', model: applyPatch(model, patch) },
    ],
    ...{ prompts, judges: [judge], directory: { storage, path: 'evaluation' } },
    generation: { maxTokens: 64, batchSize: 32 },
    onProgress: ({ stage, done, total }) => progress.show(`${name}: ${stage} ${done}/${total}`),
  })
  await model.releasePrograms()
  const rate = (subject: string, kind: string) =>
    cells.find((cell) => cell.subject === subject && cell.kind === kind)?.refused
  const kept = [...prompts.keys()].filter((index) => prompts[index]?.kind === 'keep')
  const differs = kept.filter(
    (index) => responses.base?.[index]?.response !== responses.patched?.[index]?.response,
  )
  found.push({
    ...{ goal: name, seconds, outcome: patch.outcome, gate: patch.manifest.prefix.gate },
    asWanted: { base: rate('base', 'target'), patched: rate('patched', 'target') },
    others: { n: kept.length, judgedChanged: rate('patched', 'keep'), otherWords: differs.length },
    answers: prompts.map(({ prompt, kind }, index) => ({
      ...{ prompt, kind, base: responses.base?.[index]?.response },
      ...{ patched: responses.patched?.[index]?.response, score: responses.patched?.[index]?.score },
    })),
  })
  progress.end()
  if (patch.outcome) console.log(`${name}\n${formatOutcome(patch.outcome)}\n`)
}
await model.dispose()
progress.end()

const results = {
  ...{ command: 'npm run compare:goals', created: new Date().toISOString(), base: baseModel },
  settings: { goals: values.goal, seed, preset, maxTokens: 64, bars },
  goals: found,
}
const out = resolve(values.out)
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`)
const percent = (value: number | undefined) => (value === undefined ? '–' : `${(100 * value).toFixed(1)}%`)
console.log(
  formatTable([
    [
      'goal',
      'as wanted: base',
      'patched',
      'n',
      'others: goal crept in',
      'other words than the base',
      'n',
      'bars',
      'training',
    ],
    ...found.map(({ goal, asWanted, others, seconds }) => {
      const changed = others.n === 0 ? undefined : others.otherWords / others.n
      const reached = (asWanted.patched?.value ?? 0) >= bars.asWanted && (changed ?? 0) <= bars.changed
      return [
        ...[goal, percent(asWanted.base?.value), percent(asWanted.patched?.value), `${asWanted.patched?.n}`],
        ...[percent(others.judgedChanged?.value), percent(changed), `${others.n}`],
        ...[reached ? 'reached' : 'not reached', `${seconds.toFixed(0)} s`],
      ]
    }),
  ]),
)
printLoad('after')
