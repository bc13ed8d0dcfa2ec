/**
 * Measures resident memory over many training steps on conversations of mixed length, where each batch has its own shape, and
 * each shape its own program. SmolLM2-135M's shape, random weights.
 *
 *   npm run bench:mixed -- [--steps 300] [--batch 12] [--shortest 20] [--longest 250] [--precision int8|float32]
 *     [--threads 2] [--every 25] [--limit 20]
 *
 * Stops at `--limit` GiB of resident memory. Seconds are the median of the steps since the previous line.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Precision } from '@policypatch/core/platform'
import { PrefixTrainer, type TrainingExample } from '@policypatch/core/train'
import { median, printLoad } from '../timing/figures.ts'
import { matrix, syntheticModel, uniform } from '../timing/synthetic-model.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '300' },
    batch: { type: 'string', default: '12' },
    shortest: { type: 'string', default: '20' },
    longest: { type: 'string', default: '250' },
    precision: { type: 'string', default: 'int8' },
    threads: { type: 'string', default: '2' },
    every: { type: 'string', default: '25' },
    limit: { type: 'string', default: '20' },
  },
})
const [steps, shortest, longest] = [values.steps, values.shortest, values.longest].map(Number) as number[]
const [batch, threads, every, limit] = [values.batch, values.threads, values.every, values.limit].map(Number)

printLoad('before')
print(['', 'resident', 'peak', 'median step', 'loss'])
await note('Node and the libraries')
const model = await syntheticModel({ threads: threads as number, products: values.precision as Precision })
const trainer = new PrefixTrainer({
  model,
  prefix: { length: 50, embeddings: matrix(5000, 50 * model.config.hiddenSize) },
  objective: { type: 'sft' },
  examples: conversations(512),
  batchSize: batch,
  steps: steps as number,
  learningRate: 1e-2,
})
await note('the model')
const times: number[] = []
let started = performance.now()
for await (const { step, loss } of trainer) {
  times.push((performance.now() - started) / 1000)
  if (step === 1 || step % (every as number) === 0 || step === steps) {
    const resident = await note(`step ${step}`, `${median(times.splice(0)).toFixed(2)} s`, loss.toFixed(6))
    if (resident > (limit as number) * 2 ** 30) break
  }
  started = performance.now()
}
printLoad('after')

/** Prompts and responses of random ids, with half of the tokens each. */
function conversations(count: number): TrainingExample[] {
  const vocabulary = model.config.vocabSize
  return Array.from(uniform(7, count), (place, index) => {
    const length = Math.round((shortest as number) + place * ((longest as number) - (shortest as number)))
    const ids = Array.from(uniform(1000 + index, length), (value) => Math.floor(value * vocabulary))
    const half = length >> 1
    return { prompt: ids.slice(0, half), chosen: ids.slice(half), kind: index % 2 ? 'harmful' : 'harmless' }
  })
}

/** Prints a row and returns the process's resident bytes. */
async function note(stage: string, ...more: string[]): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  const bytes = (field: string) => 1024 * Number(status.match(new RegExp(`^${field}:\\s*(\\d+)`, 'm'))?.[1])
  const mebibytes = (size: number) => `${(size / 2 ** 20).toFixed(0)} MiB`
  print([stage, mebibytes(bytes('VmRSS')), mebibytes(bytes('VmHWM')), ...more])
  return bytes('VmRSS')
}

function print([stage = '', ...cells]: readonly string[]): void {
  console.log([stage.padEnd(24), ...cells.map((cell) => cell.padStart(12))].join(''))
}
