/**
 * A training step of ours and of PEFT's prompt tuning, in float32 and bfloat16, on the same random weights of
 * SmolLM2-135M's shape and the same tokens: forward, backward, clipping, AdamW. Both sides stand ready in processes
 * of their own and step in turn.
 *
 *   npm run compare:step -- [--quick | --only NAME] [--runs 5] [--warm-up 2] [--threads 2]
 *
 * `--quick` leaves batch 16 out; `--only` takes one case, such as sft-b8. Ratios are ours / PEFT, of median times and of peak memory: below 1 ours is the better.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core'
import { ownCommand, pythonCommand } from './command.ts'
import { median } from './median.ts'
import { printLoad } from './print-load.ts'
import { printRatios } from './print-ratios.ts'
import { runInTurn } from './run-in-turn.ts'
import { type StepCase, type StepReport, type StepTask, stepCases, stepTask } from './step-case.ts'
import { timeCells } from './time-cells.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
  },
})

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const own = ownCommand('./own-step.ts')
const peft = pythonCommand('./peft_step.py')
const { vocab_size: vocabSize } = JSON.parse(readFileSync(here('./smollm2-135m.json'), 'utf8'))

printLoad('before')
const ratios: Record<string, number> = {}
const table = [['case', 'side', 'median', 'all runs', 'ours / PEFT', 'peak memory', 'first loss']]
for (const stepCase of stepCases) {
  if (values.quick && stepCase.batch > 8) continue
  const { name } = stepCase
  if (values.only && name !== values.only) continue
  const [ours, ...theirs] = await measure(stepCase)
  table.push(row(name, ours))
  for (const side of theirs) {
    checkSame(name, ours, side)
    const ratio = ours.median / side.median
    ratios[`${name}-${side.name}`] = ratio
    table.push(row(name, side, ratio))
  }
  // Like with like: ours keeps its weights in float32 too.
  const [float32] = theirs
  if (stepCase.objective === 'sft') {
    ratios[name.replace('sft', 'memory')] = ours.peakMemory / float32.peakMemory
  }
}
console.log(formatTable(table))
printLoad('after')
printRatios(ratios)

interface Measured {
  readonly name: string
  readonly times: readonly number[]
  readonly median: number
  readonly peakMemory: number
  readonly firstLoss: number
}

/** Ours, PEFT in float32, PEFT in bfloat16. */
async function measure(stepCase: StepCase): Promise<[Measured, Measured, Measured]> {
  const task = (precision: StepTask['precision']) =>
    stepTask(stepCase, vocabSize, { threads: Number(values.threads), precision })
  const sides = [
    { name: 'ours', command: own, task: task('fp32') },
    { name: 'fp32', command: peft, task: task('fp32') },
    { name: 'bf16', command: peft, task: task('bf16') },
  ]
  const rounds = Number(values['warm-up']) + Number(values.runs)
  const reports = await runInTurn<StepReport>(sides, rounds)
  return sides.map(({ name }, index) => summarize(name, reports[index] as StepReport[])) as [
    Measured,
    Measured,
    Measured,
  ]
}

function summarize(name: string, reports: readonly StepReport[]): Measured {
  const times = reports.slice(Number(values['warm-up'])).map(({ seconds }) => seconds)
  const last = reports.at(-1) as StepReport
  const [first] = reports as [StepReport]
  return { name, times, median: median(times), peakMemory: last.peakMemory, firstLoss: first.loss }
}

/** Times say nothing unless both sides compute the same. */
function checkSame(name: string, ours: Measured, { name: precision, firstLoss }: Measured): void {
  const difference = Math.abs(firstLoss - ours.firstLoss) / Math.abs(ours.firstLoss)
  if (difference < (precision === 'fp32' ? 1e-4 : 3e-2)) return
  throw new Error(`${name}: the loss is ${ours.firstLoss} here and ${firstLoss} with PEFT in ${precision}`)
}

function row(name: string, { name: side, times, peakMemory, firstLoss }: Measured, ratio?: number) {
  return [
    name,
    side === 'ours' ? 'ours' : `PEFT ${side}`,
    ...timeCells(times),
    ratio?.toFixed(2) ?? '',
    `${(peakMemory / 2 ** 20).toFixed(0)} MiB`,
    firstLoss.toFixed(4),
  ]
}
