/**
 * Trains a patch from recorded answers: a model that answers in JSON.
 *
 *   cd examples/tutorials && node --import ../../scripts/source.mjs own-policy.ts [DIRECTORY] [MODEL]
 */
// #region train
import { applyPatch, loadModel, readPrompts, recordedReference, trainPatch } from 'policypatch'
import { functionJudge } from 'policypatch/evaluate'

const [directory = 'patches/json-answers', id = 'HuggingFaceTB/SmolLM2-135M-Instruct'] = process.argv.slice(2)

/** 1 for an answer as wanted, 0 for any other. */
const judge = functionJudge({
  name: 'is-json',
  score({ response }) {
    try {
      return typeof JSON.parse(response).answer === 'string' ? 1 : 0
    } catch {
      return 0
    }
  },
})

const model = await loadModel(id)
const patch = await trainPatch({
  model,
  prompts: await readPrompts('json-answers.jsonl'),
  reference: await recordedReference('json-answers.jsonl'),
  judge,
  everyday: 0,
  contexts: [],
  manifest: { name: 'json-answers', domain: 'format' },
  onProgress(event) {
    if ('metrics' in event) console.log(event.stage, event.done, event.metrics.loss.toFixed(3))
  },
})
await patch.save(directory)
// #endregion train

// #region ask
const question = [{ role: 'user', content: 'What is the capital of Italy?' }]
const { text } = await applyPatch(model, patch).generate(question, { maxTokens: 32 })
console.log(text)
// #endregion ask
