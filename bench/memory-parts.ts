/**
 * Breaks down the memory of a training step: SmolLM2-135M's shape, random weights.
 *
 *   npm run bench:memory -- [--case sft-b8|sft-b16|dpo] [--precision int8|float32] [--recompute none|block] [--steps 5]
 *     [--threads 2]
 *
 * Prints the growth of the process's resident memory next to the estimate behind `TrainingSettings.memoryBudget`.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import type { NamedWeights, Precision, Weight } from '@policypatch/core/platform'
import { syntheticModel } from '../timing/synthetic-model.ts'
import { prepareTrainer, stepCases, stepTask } from '../timing/training-step.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'sft-b8' },
    precision: { type: 'string', default: 'int8' },
    recompute: { type: 'string', default: 'none' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
})
const stepCase = stepCases.find(({ name }) => name === values.case)
if (!stepCase) throw new Error(`--case takes one of ${stepCases.map(({ name }) => name).join(', ')}`)
const [threads, products] = [Number(values.threads), values.precision as Precision]
const recompute = values.recompute as 'none' | 'block'

const rows: string[][] = [['', 'resident', 'peak so far']]
await note('Node and the libraries')
const model = await syntheticModel({ threads, products })
await note('weights as the file keeps them')
const task = stepTask(stepCase, 49152, { threads, precision: 'fp32', products })
const trainer = prepareTrainer(task, model, { recompute })
for (let step = 1; step <= Number(values.steps); step++) {
  await trainer.step()
  await note(`step ${step}`)
}
console.log(formatTable(rows))
const matrices = sizeOf(model.weights, (weight) => weight.shape.length === 2)
const form = products === 'int8' ? 'int8, forward and transposed' : 'float32'
const held = matrices * (products === 'int8' ? 2 : 4)
console.log(`weights in the form in which they are multiplied (${form}): ${mebibytes(held)}`)
console.log(
  `embeddings in float32, from which rows are taken: ${mebibytes(4 * sizeOf(model.weights, isEmbedding))}`,
)

async function note(stage: string): Promise<void> {
  const [, resident = 0] = (await readFile('/proc/self/statm', 'utf8')).split(' ').map(Number)
  rows.push([stage, mebibytes(4096 * resident), mebibytes(1024 * process.resourceUsage().maxRSS)])
}

function sizeOf(weights: NamedWeights, which: (weight: Weight, name: string) => boolean): number {
  return Object.entries(weights)
    .filter(([name, weight]) => which(weight, name))
    .reduce((sum, [, { shape }]) => sum + shape.reduce((product, n) => product * n, 1), 0)
}

function isEmbedding(_: Weight, name: string): boolean {
  return name.includes('embed_tokens')
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}
