/**
 * One model and one batch, with a different prefix for each request: the weights are in memory once, for any number of
 * patches. The two prefixes here are the untrained embeddings of two sentences. Use the `patch.prefix` of patches from
 * `readPatch` in the same way.
 *
 *   node --import ./scripts/source.mjs examples/two-patches-one-batch.ts [MODEL]
 */
import { loadModel } from 'policypatch'
import type { GenerateRequest } from 'policypatch/platform'
import { initPrefix } from 'policypatch/train'

const model = await loadModel(process.argv[2] ?? 'HuggingFaceTB/SmolLM2-135M-Instruct')

const text = 'You answer every question in one short sentence.'
const other = 'You answer every question with a list of steps.'
const prefixes = {
  none: null,
  sentence: initPrefix(model, { length: 12, text }),
  steps: initPrefix(model, { length: 12, text: other }),
}

const prompt = [{ role: 'user', content: 'Why is the sky blue?' }]
const names = Object.keys(prefixes)
const requests: GenerateRequest[] = Object.values(prefixes).map((prefix) => ({ prompt, prefix }))

for await (const { index, text: answer, finishReason } of model.generateBatch(requests, { maxTokens: 40 })) {
  console.log(`${names[index]} (${finishReason}): ${answer}\n`)
}
