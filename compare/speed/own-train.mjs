// @ts-check
/** Our side of train.ts, as users run it: the built packages, with the caches of `loadModel`. */
import { readFileSync } from 'node:fs'
import { fileStorage, loadModel, readPairs, trainPatch } from 'policypatch'

/** @type {import('./train-task.ts').OwnTrainTask} */
const task = JSON.parse(readFileSync(/** @type {string} */ (process.argv[2]), 'utf8'))
const { path, precision, cache, prefixLength, text, maxResponseTokens, batchSize, seed } = task
const storage = fileStorage()

let last = performance.now()
const parts = { load: 0, sft: 0, logps: 0, dpo: 0, save: 0 }
/** @type {Record<'sft' | 'dpo', number[]>} */
const losses = { sft: [], dpo: [] }

const model = await loadModel(path, { precision, cache })
lap('load')
const patch = await trainPatch({
  model,
  pairs: await readPairs({ storage, path: task.pairs }),
  directory: { storage, path: `${task.out}-run` },
  prefix: { length: prefixLength, ...(text === null ? { init: 'likeliest' } : { init: 'text', text }) },
  filter: false,
  // PEFT has no gate.
  gate: false,
  validation: false,
  maxResponseTokens,
  sft: stage(task.sft),
  dpo: { ...stage(task.dpo), beta: task.dpo.beta, reference: 'post-sft' },
  seed,
  onProgress: note,
})
lap('dpo')
await patch.save({ storage, path: task.out })
lap('save')
process.stdout.write(`${JSON.stringify({ parts, losses })}\n`)

/** @param {import('./train-task.ts').StageTask} stage */
function stage({ steps, learningRate, warmupSteps }) {
  return { steps, learningRate, warmupSteps, batchSize }
}

/** @param {import('policypatch').TrainProgress} progress */
function note(progress) {
  if (progress.stage === 'sft' || progress.stage === 'dpo') losses[progress.stage].push(progress.metrics.loss)
  if (progress.stage === 'sft' || progress.stage === 'dpo' || progress.stage === 'logps') lap(progress.stage)
}

/**
 * Adds the time since the last lap to a part.
 *
 * @param {import('./train-task.ts').TrainPart} part
 */
function lap(part) {
  const now = performance.now()
  parts[part] += (now - last) / 1000
  last = now
}
