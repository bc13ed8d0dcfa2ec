/**
 * Trains a patch for the domain of json-domain.ts, and measures it.
 *
 *   cd examples/tutorials && node --import ../../scripts/source.mjs own-domain.ts [MODEL]
 */
// #region train
import { loadModel, readPrompts, recordedReference, trainPatch } from 'policypatch'
import domain from './json-domain.ts'

const model = await loadModel(process.argv[2] ?? 'HuggingFaceTB/SmolLM2-135M-Instruct')
const reference = await recordedReference('json-answers.jsonl')
const prompts = await readPrompts('json-answers.jsonl')
const patch = await trainPatch({
  domain,
  model,
  reference,
  prompts,
  contexts: [], // the prompts as they are
  manifest: { name: 'json-answers' },
})

// #endregion train

// #region measure
import { applyPatch } from 'policypatch'
import { evaluateDomain } from 'policypatch/evaluate'

const unseen = await readPrompts('json-questions.jsonl')
const subjects = [
  { name: 'base', model },
  { name: 'patched', model: applyPatch(model, patch) },
]
for (const subject of subjects) {
  const { measurements } = await evaluateDomain({
    domain,
    subject,
    prompts: unseen,
    data: 'unseen questions',
  })
  for (const { metric, value, low, high, n } of measurements) {
    console.log(
      `${subject.name}: ${metric} ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] n=${n}`,
    )
  }
}
await model.dispose()
// #endregion measure
