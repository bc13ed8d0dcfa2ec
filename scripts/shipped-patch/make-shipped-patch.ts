/**
 * Makes the shipped patch from one that `npm run compare:selectivity` has trained with the default recipe on the demo's prompts:
 * gives it a name of its own, and records the results on the demo's held-out prompts in its manifest and model card.
 *
 *   node --import ./scripts/source.mjs scripts/shipped-patch/make-shipped-patch.ts \
 *     --from compare/.selectivity/recipe-HASH/seed-0/patch [--keep DIR]
 *
 * With --keep, the evaluation is saved in that folder and can be resumed.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { applyPatch, createPatch, evaluatePatch, formatEvaluation, loadModel, readPatch } from 'policypatch'
import { evaluationEffects } from 'policypatch/evaluate'
import { readDemoData } from '../../packages/policypatch/src/demo/demo-data.ts'

const name = 'harmfulness-smollm2-135m-instruct'
const folder = fileURLToPath(new URL(`../../packages/policypatch/patches/${name}`, import.meta.url))
const { values } = parseArgs({ options: { from: { type: 'string' }, keep: { type: 'string' } } })
if (values.from === undefined) throw new Error('--from names the folder of the patch')

const { manifest, prefix } = await readPatch(values.from)
const model = await loadModel(manifest.base.id)
const { heldOut, everyday } = await readDemoData({
  train: { nearMisses: 0, handwritten: 0, everyday: 0 },
  plain: 40,
  placed: 14,
})
const named = await createPatch({ manifest: { ...manifest, name, version: '1.0.0' }, prefix })
const evaluation = await evaluatePatch({
  ...{ model, patched: applyPatch(model, named), prompts: heldOut, everyday },
  generation: { maxTokens: 64, batchSize: 32 },
  directory: values.keep,
  onProgress: ({ stage, done, total }) => console.error(`${stage} ${done}/${total}`),
})
await model.dispose()
const effects = evaluationEffects(evaluation)
await (await createPatch({ manifest: { ...named.manifest, effects }, prefix })).save(folder)
console.log(formatEvaluation(evaluation))
