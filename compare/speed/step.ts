/**
 * Benchmarks a training step, ours against PEFT's prompt tuning, on the same random weights of SmolLM2-135M's shape, and of Gemma
 * 3 270M's (sft-gemma), and the same tokens: forward, backward, clipping, AdamW. Ours multiplies by the weights in int8 and in
 * float32 (in float32 twice on processors where int8 is no faster); PEFT runs in float32 and bfloat16. Each side is a ready
 * process of its own, and they step in turn.
 *
 *   npm run compare:step -- [--quick | --only NAME] [--runs 5] [--warm-up 2] [--threads 2] [--no-bf16]
 *
 * `--quick` skips batch 16 and Gemma; `--only` runs one case, such as sft-b8; `--no-bf16` skips PEFT in bfloat16, for which
 * PyTorch takes minutes per step on CPUs without bfloat16 products. Ratios are ours / PEFT, of median times and of peak memory:
 * below 1, ours is better. They are for ours in int8; those for ours in float32 end in `-exact`. `gemm-share` is the time that a
 * step's arithmetic would take at the float32 matrix product's peak, measured in this run, over the step's time in int8;
 * `gemm-share-int8` is the same at the int8 product's peak, and `gemm-share-exact` that of the step in float32 at the float32
 * product's peak. The smallest value over the cases counts.
 */
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { gemmPeak } from '../../timing/gemm-peak.ts'
import { shapeOf } from '../../timing/synthetic-model.ts'
import {
  type FlopsShape,
  neededFlops,
  type StepCase,
  type StepReport,
  type StepTask,
  stepCases,
  stepTask,
} from '../../timing/training-step.ts'
import { ownCommand, pythonCommand } from '../sides/command.ts'
import { runInTurn } from '../sides/run-in-turn.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    'no-bf16': { type: 'boolean', default: false },
  },
})

const own = ownCommand(new URL('./own-step.ts', import.meta.url))
const peft = pythonCommand('peft_step.py')
/** The model dimensions in a configuration, for counting a step's FLOPs. */
function flopsShape(shape: string | undefined): FlopsShape {
  const json = shapeOf(shape ?? 'smollm2-135m')
  const of = (name: string) => Number(json[name])
  return {
    layers: of('num_hidden_layers'),
    hiddenSize: of('hidden_size'),
    intermediateSize: of('intermediate_size'),
    heads: of('num_attention_heads'),
    keyValueHeads: of('num_key_value_heads'),
    headSize: Number(json.head_dim ?? of('hidden_size') / of('num_attention_heads')),
    vocabSize: of('vocab_size'),
    prefixLength: 50,
  }
}

printLoad('before')
const ratios: Record<string, number> = {}
const table = [
  ['case', 'side', 'median', 'all runs', 'int8 / PEFT', 'float32 / PEFT', 'peak memory', 'first loss'],
]
const cases = stepCases.filter(({ name, batch }) =>
  values.only ? name === values.only : !(values.quick && (batch > 8 || name === 'sft-gemma')),
)
if (cases.length === 0)
  throw new Error(`--only takes one of ${stepCases.map(({ name }) => name).join(', ')}, not ${values.only}`)
const threads = Number(values.threads)
const peaks: { float32: number[]; int8: number[] } = { float32: [], int8: [] }
const shares: Record<'gemm-share' | 'gemm-share-int8' | 'gemm-share-exact', number[]> = {
  'gemm-share': [],
  'gemm-share-int8': [],
  'gemm-share-exact': [],
}
for (const stepCase of cases) {
  const { name, objective } = stepCase
  // Before the sides start: while they shut down, the machine is not idle.
  const peak = { float32: 0, int8: 0 }
  for (const precision of ['float32', 'int8'] as const) {
    peak[precision] = await gemmPeak(precision, { threads })
    peaks[precision].push(peak[precision])
  }
  const [int8, exact, ...theirs] = await measure(stepCase)
  table.push([name, ...row(int8)], [name, ...row(exact)])
  for (const side of theirs) {
    checkSame(name, exact, side, side.name === 'fp32' ? 1e-4 : 3e-2)
    checkSame(name, int8, side, 3e-2)
    ratios[`${name}-${side.name}`] = int8.median / side.median
    ratios[`${name}-${side.name}-exact`] = exact.median / side.median
    table.push([name, ...row(side, int8.median / side.median, exact.median / side.median)])
  }
  const [float32] = theirs
  if (objective === 'sft') {
    ratios[name.replace('sft', 'memory')] = int8.peakMemory / float32.peakMemory
    ratios[`${name.replace('sft', 'memory')}-exact`] = exact.peakMemory / float32.peakMemory
  }
  const atPeak = (precision: 'float32' | 'int8') =>
    neededFlops(stepCase, flopsShape(stepCase.shape)) / (peak[precision] * 1e9)
  shares['gemm-share'].push(atPeak('float32') / int8.median)
  shares['gemm-share-int8'].push(atPeak('int8') / int8.median)
  shares['gemm-share-exact'].push(atPeak('float32') / exact.median)
  await setTimeout(5000)
}
for (const [name, values] of Object.entries(shares)) ratios[name] = Math.min(...values)
console.log(formatTable(table))
const listed = (numbers: readonly number[], digits: number) =>
  numbers.map((number) => number.toFixed(digits)).join(' ')
for (const [precision, values] of Object.entries(peaks)) {
  console.log(`peak of the ${precision} product before each case: ${listed(values, 0)} GFLOPS`)
}
for (const [name, values] of Object.entries(shares)) console.log(`${name} of each case: ${listed(values, 2)}`)
printLoad('after')
printRatios(ratios)

interface Measured {
  readonly name: string
  readonly times: readonly number[]
  readonly median: number
  readonly peakMemory: number
  readonly firstLoss: number
}

/** Ours in int8 and float32, PEFT in float32 and, unless skipped, in bfloat16. */
async function measure(stepCase: StepCase): Promise<[Measured, Measured, Measured, ...Measured[]]> {
  const task = (options: Pick<StepTask, 'precision' | 'products'>) =>
    stepTask(stepCase, flopsShape(stepCase.shape).vocabSize, { threads, ...options })
  const sides = [
    { name: 'ours int8', command: own, task: task({ precision: 'fp32', products: 'int8' }) },
    { name: 'ours float32', command: own, task: task({ precision: 'fp32', products: 'float32' }) },
    { name: 'fp32', command: peft, task: task({ precision: 'fp32', products: 'float32' }) },
    ...(values['no-bf16']
      ? []
      : [{ name: 'bf16', command: peft, task: task({ precision: 'bf16', products: 'float32' }) }]),
  ]
  const rounds = Number(values['warm-up']) + Number(values.runs)
  const reports = await runInTurn<StepReport>(sides, rounds)
  return sides.map(({ name }, index) => summarize(name, reports[index] as StepReport[])) as [
    Measured,
    Measured,
    Measured,
    ...Measured[],
  ]
}

function summarize(name: string, reports: readonly StepReport[]): Measured {
  const times = reports.slice(Number(values['warm-up'])).map(({ seconds }) => seconds)
  const last = reports.at(-1) as StepReport
  const [first] = reports as [StepReport]
  return { name, times, median: median(times), peakMemory: last.peakMemory, firstLoss: first.loss }
}

/** Times are only comparable if both sides compute the same. */
function checkSame(name: string, ours: Measured, theirs: Measured, tolerance: number): void {
  const difference = Math.abs(theirs.firstLoss - ours.firstLoss) / Math.abs(ours.firstLoss)
  if (difference < tolerance) return
  throw new Error(
    `${name}: the loss is ${ours.firstLoss} for ${ours.name} and ${theirs.firstLoss} with PEFT in ${theirs.name}`,
  )
}

function row({ name: side, times, peakMemory, firstLoss }: Measured, int8?: number, exact?: number) {
  return [
    side.startsWith('ours') ? side : `PEFT ${side}`,
    ...timeCells(times),
    int8?.toFixed(2) ?? '',
    exact?.toFixed(2) ?? '',
    `${(peakMemory / 2 ** 20).toFixed(0)} MiB`,
    firstLoss.toFixed(4),
  ]
}
