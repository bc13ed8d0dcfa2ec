/**
 * Loads a patch in PEFT: compares our logits after ten chat prompts with those of transformers, with PeftModel.from_pretrained on
 * the patch's folder as it is, both on the same GGUF.
 *
 *   npm run compare:peft-logits -- --patch DIR [--model ID|FILE.gguf]
 *
 * Fails if a prompt's relative difference exceeds 1e-3. The ratio is the largest difference.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { fileStorage, onnxruntimeBackend, resolveModel } from '@policypatch/backend-node'
import { applyPatch, type LanguageModel, readPatch } from '@policypatch/core'
import { loadStoredModel } from '@policypatch/core/platform'
import { printRatios } from '../../timing/figures.ts'
import { chatPrompts } from '../sides/chat-prompts.ts'
import { pythonCommand } from '../sides/command.ts'

const { values } = parseArgs({
  options: {
    patch: { type: 'string' },
    model: { type: 'string', default: 'HuggingFaceTB/SmolLM2-135M-Instruct' },
  },
})
if (!values.patch) throw new Error('usage: peft-logits.ts --patch DIR [--model ID|FILE.gguf]')

const LIMIT = 1e-3
const [python, ...args] = pythonCommand('peft_logits.py')
const directory = resolve(values.patch)
const files = await resolveModel(values.model, { onNotice: console.error })
if (!files.path.endsWith('.gguf')) throw new Error(`expected a GGUF file, found ${files.path}`)
const model = await loadStoredModel(files, { backend: onnxruntimeBackend() })
const patched = applyPatch(model, await readPatch({ storage: fileStorage(), path: directory }))
const { vocabSize } = model.config
const prompts = chatPrompts.map((content) => [{ role: 'user', content }])
const [ours, alone] = [await logitsOf(patched), await logitsOf(model)]
await model.dispose()

const theirs = await peftLogits(prompts.map((prompt) => model.tokenizer.encodePrompt(prompt)))
const differences = ours.map((logits, i) => relativeDifference(logits, theirs[i] as Float64Array))
for (const [i, difference] of differences.entries()) {
  const effect = relativeDifference(alone[i] as Float64Array, theirs[i] as Float64Array)
  console.log(`${difference.toExponential(2)}  (without the patch ${effect.toFixed(3)})  ${chatPrompts[i]}`)
}
const largest = Math.max(...differences)
console.log(largest <= LIMIT ? `all within ${LIMIT}` : `${largest} is above ${LIMIT}`)
printRatios({ 'peft-logits': largest })
process.exitCode = largest <= LIMIT ? 0 : 1

async function logitsOf(side: LanguageModel): Promise<Float64Array[]> {
  const requests = prompts.map((prompt) => ({ prompt, response: [0] }))
  const found = await side.scoreTop(requests, vocabSize)
  return found.map(({ ids, logProbabilities }) => {
    const logits = new Float64Array(vocabSize)
    for (const [i, id] of ids.entries()) logits[id] = logProbabilities[i] as number
    return centred(logits)
  })
}

async function peftLogits(ids: readonly number[][]): Promise<Float64Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'peft-logits-'))
  try {
    const [task, out] = [join(folder, 'task.json'), join(folder, 'logits.f32')]
    const gguf = resolve(files.path)
    const request = { directory: dirname(gguf), gguf: basename(gguf), patch: directory, ids, out }
    await writeFile(task, JSON.stringify(request))
    await promisify(execFile)(python, [...args, task])
    const bytes = await readFile(out)
    const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    return ids.map((_, i) => centred(Float64Array.from(all.subarray(i * vocabSize, (i + 1) * vocabSize))))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Logits minus their mean. A softmax sees nothing else, and centred log-probabilities are the same. */
function centred(logits: Float64Array): Float64Array {
  const mean = logits.reduce((sum, value) => sum + value, 0) / logits.length
  return logits.map((value) => value - mean)
}

/** ‖a − b‖ / ‖b‖. */
function relativeDifference(a: Float64Array, b: Float64Array): number {
  return norm(a.map((value, i) => value - (b[i] as number))) / norm(b)
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
