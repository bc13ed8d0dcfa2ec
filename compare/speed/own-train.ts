/** Our side of train.ts. */
import { readFileSync } from 'node:fs'
import { fileStorage } from '@policypatch/backend-node'
import { readPairs, type TrainProgress, trainPatch } from '@policypatch/core'
import { loadRealModel } from '../sides/real-model.ts'
import type { StageTask, TrainPart, TrainReport, TrainTask } from './train-task.ts'

const task: TrainTask = JSON.parse(readFileSync(process.argv[2] as string, 'utf8'))
const { prefixLength, text, maxResponseTokens, batchSize, seed } = task
const storage = fileStorage()

let last = performance.now()
const parts: Record<TrainPart, number> = { load: 0, sft: 0, logps: 0, dpo: 0, save: 0 }
const losses: Record<'sft' | 'dpo', number[]> = { sft: [], dpo: [] }

const model = await loadRealModel(task)
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
process.stdout.write(`${JSON.stringify({ parts, losses } satisfies TrainReport)}\n`)

function stage({ steps, learningRate, warmupSteps }: StageTask) {
  return { steps, learningRate, warmupSteps, batchSize }
}

function note(progress: TrainProgress): void {
  if (progress.stage === 'sft' || progress.stage === 'dpo') losses[progress.stage].push(progress.metrics.loss)
  if (progress.stage === 'sft' || progress.stage === 'dpo' || progress.stage === 'logps') lap(progress.stage)
}

/** Adds the time since the last lap to a part. */
function lap(part: TrainPart): void {
  const now = performance.now()
  parts[part] += (now - last) / 1000
  last = now
}
