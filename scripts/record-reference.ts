/**
 * Records a safer reference's outputs, so that a patch can be trained against them without the reference itself:
 *
 *   node --import ./scripts/source.mjs scripts/record-reference.ts --adapter DIR --out FILE PROMPTS.jsonl …
 *
 * The reference is the demo's model with a LoRA adapter merged. Prompts are JSON Lines with `prompt` and `kind`; responses are
 * greedy. Prompts already in FILE are skipped, so a stopped run can be resumed.
 */
import { parseArgs } from 'node:util'
import { fileStorage, onnxruntimeBackend, resolveModel } from '@policypatch/backend-node'
import { modelReference, readPrompts } from '@policypatch/core'
import { recordedResponseSchema } from '@policypatch/core/pairs'
import { appendJsonLine, loadStoredModel, readJsonLines } from '@policypatch/core/platform'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'HuggingFaceTB/SmolLM2-135M-Instruct' },
    adapter: { type: 'string' },
    out: { type: 'string' },
    'max-tokens': { type: 'string', default: '48' },
  },
})
if (!values.adapter || !values.out || positionals.length === 0) {
  throw new Error('usage: record-reference.ts --adapter DIR --out FILE [--model ID] PROMPTS.jsonl …')
}

const storage = fileStorage()
const known = new Set(
  (await storage.exists(values.out))
    ? (await readJsonLines(storage, values.out, recordedResponseSchema)).map((r) => r.prompt)
    : [],
)
const all = (await Promise.all(positionals.map((path) => readPrompts({ storage, path })))).flat()
const prompts = all.filter(({ prompt }) => !known.has(prompt as string))

const files = await resolveModel(values.model, { onNotice: console.error })
const model = await loadStoredModel(files, {
  backend: onnxruntimeBackend(),
  adapter: { storage, path: values.adapter },
})
const reference = modelReference({ model, maxTokens: Number(values['max-tokens']), batchSize: 32 })
let done = 0
for await (const { index, response } of reference.respond(prompts)) {
  await appendJsonLine(storage, values.out, { prompt: prompts[index]?.prompt, response })
  if (++done % 50 === 0) console.error(`${done} of ${prompts.length}`)
}
