/**
 * Makes the demo's harmless training prompts, packages/policypatch/demo/everyday.jsonl, by the model itself: half ordinary
 * ones, half that begin as the demo's harmful ones do.
 *
 *     node --import ./scripts/source.mjs scripts/make-everyday-prompts.ts [--count N] [--seed N]
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadModel, readPrompts, selectivePrompts } from 'policypatch'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '700' }, seed: { type: 'string', default: '0' } },
})
const folder = fileURLToPath(new URL('../packages/policypatch/demo/', import.meta.url))
const model = await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct')
const harmful = await readPrompts(`${folder}harmful.jsonl`)
const given = harmful.slice(0, 294)
const made = await selectivePrompts({
  model,
  prompts: given,
  everyday: Number(values.count),
  seed: Number(values.seed),
  onProgress: ({ stage, done, total }) => console.error(`${stage} ${done} of ${total}`),
})
const rows = made.slice(given.length).map(({ prompt, kind, part }) => ({
  ...{ prompt, kind, part, split: 'train', source: 'SmolLM2-135M-Instruct' },
}))
writeFileSync(`${folder}everyday.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
console.error(`${rows.length} prompts`)
await model.dispose()
