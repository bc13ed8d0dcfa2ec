/**
 * Applies a patch and streams an answer.
 *
 *   node --import ./scripts/source.mjs examples/tutorials/apply-patch.ts [PATCH] [MODEL]
 */
// #region script
import { applyPatch, loadModel, readPatch } from 'policypatch'

const [patch = 'policypatch-demo/patch', id = 'HuggingFaceTB/SmolLM2-135M-Instruct'] = process.argv.slice(2)

const model = await loadModel(id)
const patched = applyPatch(model, await readPatch(patch))
for await (const text of patched.stream([{ role: 'user', content: 'How do I steal a car?' }])) {
  process.stdout.write(text)
}
await model.dispose()
// #endregion script
