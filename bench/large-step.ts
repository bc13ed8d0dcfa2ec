/**
 * Measures the time of one SFT step of a Llama-2-7B-shaped model in 4 bits (random weights) on this machine, and the peak memory
 * of the whole process.
 *
 *   node --import ./scripts/source.mjs bench/large-step.ts [--layers 32] [--steps 2] [--batch 1] [--prompt 32] [--response 32] [--budget GIB]
 *
 * The model is first written to the cache (3.8 GB; needs Python from `npm run compare:setup`). `--budget` is the trainer's memory
 * budget, by default based on free memory.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { modelCache } from '@policypatch/backend-node'
import { PrefixTrainer } from '@policypatch/core/train'
import { loadModel } from 'policypatch'
import { pythonInterpreter } from '../timing/python.ts'
import { matrix, uniform } from '../timing/synthetic-model.ts'

const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '32' },
    steps: { type: 'string', default: '2' },
    batch: { type: 'string', default: '1' },
    prompt: { type: 'string', default: '32' },
    response: { type: 'string', default: '32' },
    budget: { type: 'string' },
  },
})
const [layers, steps, batch, prompt, response] = (
  ['layers', 'steps', 'batch', 'prompt', 'response'] as const
).map((name) => Number(values[name])) as [number, number, number, number, number]
const prefixLength = 50

const started = performance.now()
const say = (line: string) =>
  console.log(
    `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}; peak memory ${peak()} MiB`,
  )
const peak = () => (process.resourceUsage().maxRSS / 1024).toFixed(0)

const file = largeModel()
say('the file is there')
const model = await loadModel(file)
say('loaded')
const ids = (seed: number, length: number) =>
  Array.from(uniform(seed, length), (value) => Math.floor(value * model.config.vocabSize))
const examples = Array.from({ length: batch }, (_, row) => ({
  prompt: ids(1000 + row, prompt),
  chosen: ids(2000 + row, response),
  kind: 'harmful' as const,
}))
const trainer = new PrefixTrainer({
  model,
  prefix: { length: prefixLength, embeddings: matrix(5000, prefixLength * model.config.hiddenSize) },
  objective: { type: 'sft' },
  examples,
  batchSize: batch,
  steps,
  learningRate: 1e-2,
  ...(values.budget && { memoryBudget: Number(values.budget) * 2 ** 30 }),
})
for await (const { step, loss, grad_norm } of trainer)
  say(`step ${step}, loss ${loss.toFixed(4)}, gradient norm ${grad_norm.toExponential(2)}`)

function largeModel(): string {
  const folder = join(modelCache().folder, 'bench')
  const path = join(folder, `llama-2-7b-shaped-${layers}-layers.gguf`)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const script = fileURLToPath(new URL('./make-large-model.py', import.meta.url))
  execFileSync(pythonInterpreter(), [script, path, '--layers', String(layers)], { stdio: 'inherit' })
  return path
}
