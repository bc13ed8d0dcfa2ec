/**
 * Benchmarks training from data to a finished patch with the real model: ours with trainPatch, against PEFT's prompt tuning in
 * float32 (and with `--bf16` in bfloat16). Each side is a process that loads the model, reads the same pairs, takes the same
 * steps of SFT and DPO on the same batches, and writes its patch.
 *
 *   npm run compare:train -- [--sft 12] [--dpo 6] [--response 32] [--pairs 128] [--bf16] [--runs 1] [--threads 2]
 *     [--precision float32|int8]
 *
 * Ratios are ours / PEFT in float32, of median times: `train` for the whole process, `train-after-load` without startup and
 * loading the model.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { DEFAULT_POLICY } from '@policypatch/core/train'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { type Command, ownCommand, pythonCommand, quietEnvironment } from '../sides/command.ts'
import { modelOptions, realModel } from '../sides/real-model.ts'
import { drawBatches } from './draw-batches.ts'
import { type TrainReport, type TrainTask, trainParts } from './train-task.ts'
import { writePairs } from './write-pairs.ts'

const { values } = parseArgs({
  options: {
    ...modelOptions,
    sft: { type: 'string', default: '12' },
    dpo: { type: 'string', default: '6' },
    response: { type: 'string', default: '32' },
    pairs: { type: 'string', default: '128' },
    bf16: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
  },
})

interface Run {
  readonly seconds: number
  readonly report: TrainReport
}

const folder = await mkdtemp(join(tmpdir(), 'compare-train-'))
try {
  await compareTraining(await trainTask())
} finally {
  await rm(folder, { recursive: true })
}

async function trainTask(): Promise<TrainTask> {
  const path = join(folder, 'pairs.jsonl')
  const [sft, dpo] = [Number(values.sft), Number(values.dpo)]
  const [batchSize, seed] = [8, 0]
  const batches = drawBatches(writePairs(path, Number(values.pairs)), { sft, dpo, batchSize, seed })
  return {
    ...(await realModel(values)),
    pairs: path,
    out: '',
    prefixLength: 50,
    text: DEFAULT_POLICY,
    maxResponseTokens: Number(values.response),
    batchSize,
    seed,
    // trainPatch's learning rates, with a shorter warm-up for so few steps.
    sft: { steps: sft, learningRate: 2e-2, warmupSteps: Math.min(5, sft >> 2), batches: batches.sft },
    dpo: {
      steps: dpo,
      learningRate: 2.5e-3,
      warmupSteps: Math.min(2, dpo >> 2),
      batches: batches.dpo,
      beta: 0.3,
    },
  }
}

async function compareTraining(task: TrainTask): Promise<void> {
  const peft = pythonCommand('peft_train.py')
  const sides: { name: string; command: Command; task: TrainTask }[] = [
    { name: 'ours', command: ownCommand(new URL('./own-train.ts', import.meta.url)), task },
    { name: 'PEFT fp32', command: peft, task: { ...task, dtype: 'fp32' } },
    ...(values.bf16 ? [{ name: 'PEFT bf16', command: peft, task: { ...task, dtype: 'bf16' as const } }] : []),
  ]
  printLoad('before')
  const runs = sides.map((): Run[] => [])
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [index, { name, command, task }] of sides.entries()) {
      runs[index]?.push(await run(command, { ...task, out: join(folder, `${name} ${round}`) }))
    }
  }
  const [ours, fp32] = runs as [Run[], Run[]]
  const names = sides.map(({ name }) => name)
  console.log(formatTable(rows(names, runs)))
  printLoad('after')
  checkSame(ours, fp32)
  const ratio = (seconds: (run: Run) => number) => median(ours.map(seconds)) / median(fp32.map(seconds))
  printRatios({ train: ratio(({ seconds }) => seconds), 'train-after-load': ratio(afterLoad) })
}

/** Runs a side's process from start to end. */
async function run([program, ...args]: Command, task: TrainTask): Promise<Run> {
  const file = `${task.out}.json`
  await writeFile(file, JSON.stringify(task))
  const start = performance.now()
  const options = { env: quietEnvironment, maxBuffer: 2 ** 24 }
  const { stdout } = await promisify(execFile)(program, [...args, file], options)
  const seconds = (performance.now() - start) / 1000
  return { seconds, report: JSON.parse(stdout.trim().split('\n').at(-1) as string) }
}

function afterLoad({ report: { parts } }: Run): number {
  return parts.sft + parts.logps + parts.dpo + parts.save
}

function rows(names: readonly string[], runs: readonly Run[][]): string[][] {
  const table = [['side', 'whole', 'all runs', 'start', ...trainParts, 'SFT loss', 'DPO loss']]
  for (const [index, side] of names.entries()) {
    const own = runs[index] as Run[]
    const part = (seconds: (run: Run) => number) => `${median(own.map(seconds)).toFixed(1)} s`
    const { sft, dpo } = (own[0] as Run).report.losses
    const ends = (losses: readonly number[]) => `${losses[0]?.toFixed(4)} to ${losses.at(-1)?.toFixed(4)}`
    table.push([
      side,
      ...timeCells(own.map(({ seconds }) => seconds)),
      part((run) => run.seconds - afterLoad(run) - run.report.parts.load),
      ...trainParts.map((name) => part((run) => run.report.parts[name])),
      ends(sft),
      ends(dpo),
    ])
  }
  return table
}

/** Times are only comparable if both sides train on the same rows from the same start. */
function checkSame([ours]: readonly Run[], [theirs]: readonly Run[]): void {
  const [own, other] = [ours?.report.losses.sft[0] ?? 0, theirs?.report.losses.sft[0] ?? 0]
  const limit = values.precision === 'int8' ? 5e-2 : 1e-3
  if (Math.abs(own - other) / other < limit) return
  throw new Error(`the first loss is ${own} here and ${other} with PEFT`)
}
