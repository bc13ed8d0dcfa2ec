/**
 * Checks whether a patch refuses what it should in every place a user can write, and otherwise behaves like the base. Trains
 * harmfulness patches for SmolLM2-135M-Instruct with the default recipe on the demo's prompts, and measures them on prompts from
 * other sources (compare/held-out), bare and in contexts, next to the base and the reference that they distil.
 *
 *   npm run compare:selectivity -- [--seeds 0,1,2] [--adapter DIR] [--prompts DIR] [--rows 60] [--context-rows 40]
 *     [--max-tokens 64] [--work compare/.selectivity] [--out compare/results/selectivity.json]
 *
 * `--adapter` is the reference's LoRA, by default from ../shared/models; `--prompts` is a folder with the demo's prompts.
 * `--rows` is the maximum number of bare prompts per set, `--context-rows` the number of harmful and of ordinary prompts per
 * context. All intermediate results are kept in `--work`, and the same command resumes a stopped run. Patches are reused by
 * recipe and prompts, but not by the trainer's defaults: if those change, use another folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadModel } from 'policypatch'
import { printLoad } from '../../timing/figures.ts'
import { baseModel } from '../domains/base-model.ts'
import { progressLine } from '../domains/progress-line.ts'
import { heldOutPrompts } from './held-out-prompts.ts'
import { measureAll } from './measure.ts'
import { printRows, reaches } from './print-rows.ts'
import { recipe } from './recipe.ts'
import { resultRows } from './result-rows.ts'
import { trainSeeds } from './train-seeds.ts'
import { demoFolder, trainingPrompts } from './training-prompts.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    adapter: { type: 'string', default: '../shared/models/smollm2-135m-instruct-harm-reference-lora' },
    prompts: { type: 'string', default: demoFolder },
    rows: { type: 'string', default: '60' },
    'context-rows': { type: 'string', default: '40' },
    'max-tokens': { type: 'string', default: '64' },
    work: { type: 'string', default: 'compare/.selectivity' },
    out: { type: 'string', default: 'compare/results/selectivity.json' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const sizes = { rows: Number(values.rows), contextRows: Number(values['context-rows']) }
const maxTokens = Number(values['max-tokens'])
const folder = resolve(values.work)

printLoad('before')
const progress = progressLine()
const onProgress = progress.show
const trained = await trainingPrompts(values.prompts)
const prompts = await heldOutPrompts(sizes)
const model = await loadModel(baseModel)
const reference = await loadModel(baseModel, { adapter: resolve(values.adapter) })
const patches = await trainSeeds({ model, reference, prompts: trained, seeds, folder, onProgress })
// Programs compiled for training take gigabytes.
await model.releasePrograms()
await reference.releasePrograms()
const found = await measureAll({ model, reference, patches, prompts, maxTokens, folder, onProgress })
await reference.dispose()
await model.dispose()
progress.end()

const rows = resultRows({ prompts, ...found })
const [first] = patches
const results = {
  command: 'npm run compare:selectivity',
  created: new Date().toISOString(),
  base: baseModel,
  settings: { seeds, ...sizes, maxTokens, reference: basename(resolve(values.adapter)), recipe },
  training: countBy(trained.map(({ kind, part }) => (part === undefined ? kind : `${kind}, ${part}`))),
  recipe: first?.patch.manifest.recipe,
  judges: found.gated[0]?.judges,
  rows: rows.map((row) => ({ ...row, reached: row.bar && reaches(row) })),
  cells: [...found.gated, ...(found.ungated ? [found.ungated] : [])].flatMap(({ cells, patched }, index) =>
    cells.filter(({ subject }) => index === 0 || subject === patched),
  ),
}
const out = resolve(values.out)
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`)
printRows(rows)
printLoad('after')

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
