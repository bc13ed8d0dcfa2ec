/**
 * Benchmarks training from data to a finished patch with the real model: ours with trainPatch, against PEFT's prompt tuning in
 * float32 (and with `--bf16` in bfloat16). Each side is a process that loads the model, reads the same pairs, takes the same
 * steps of SFT and DPO on the same batches, and writes its patch. Each run has a seed of its own, 0 and up.
 *
 *   npm run compare:train -- [--sft 12] [--dpo 6] [--response 32] [--pairs 128] [--bf16] [--runs 1] [--threads 2]
 *     [--precision float32|int8] [--likeliest 4] [--earlier FOLDER]
 *
 * Our side is the built code: run `npm run build` first. Like a user's, it keeps compiled programs and rounded weights in a cache,
 * which its first run fills. It has a thread for each processor; `--threads` is for PEFT.
 *
 * All sides start from the policy sentence. `--likeliest` adds our side with trainPatch's `init: 'likeliest'`, for that many steps
 * of SFT and half as many of DPO, to see how many steps a better start saves. `--earlier` is another checkout of this repository,
 * built, which trains the same patches.
 *
 * Ratios are ours / PEFT in float32, of median times: `train` for the whole process, `train-after-load` without startup and
 * loading the model, `train-likeliest` for the whole process of that side. Losses at the end are of held-out pairs, for each patch
 * that was written, in nats per token of y⁺, scored by us in float32.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { DEFAULT_POLICY } from '@policypatch/core/train'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { type Command, pythonCommand, quietEnvironment } from '../sides/command.ts'
import { modelOptions, realModel } from '../sides/real-model.ts'
import { drawBatches } from './draw-batches.ts'
import { heldOutLosses } from './held-out-loss.ts'
import { type OwnTrainTask, type TrainReport, trainParts } from './train-task.ts'
import { demoPairs, writePairs } from './write-pairs.ts'

const { values } = parseArgs({
  options: {
    ...modelOptions,
    sft: { type: 'string', default: '12' },
    dpo: { type: 'string', default: '6' },
    response: { type: 'string', default: '32' },
    pairs: { type: 'string', default: '128' },
    bf16: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
    likeliest: { type: 'string' },
    earlier: { type: 'string' },
  },
})

interface Run {
  readonly seconds: number
  readonly report: TrainReport
  /** Folder of the patch. */
  readonly out: string
}

const folder = await mkdtemp(join(tmpdir(), 'compare-train-'))
try {
  await compareTraining()
} finally {
  await rm(folder, { recursive: true })
}

async function trainTask(seed: number, [sft, dpo]: readonly [number, number]): Promise<OwnTrainTask> {
  const path = join(folder, 'pairs.jsonl')
  const batchSize = 8
  const batches = drawBatches(writePairs(path, Number(values.pairs)), { sft, dpo, batchSize, seed })
  return {
    ...(await realModel(values)),
    pairs: path,
    out: '',
    cache: join(folder, 'cache'),
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

interface Side {
  readonly name: string
  readonly command: Command
  readonly dtype?: 'fp32' | 'bf16'
  /** Whether it starts from the likeliest text, and takes its own numbers of steps. */
  readonly likeliest?: boolean
  /** Where it runs, by which its packages are found. */
  readonly root?: string
}

async function compareTraining(): Promise<void> {
  const peft = pythonCommand('peft_train.py')
  const { earlier, likeliest: steps } = values
  const likeliest = steps === undefined ? undefined : ([Number(steps), Number(steps) >> 1] as const)
  const ownTrain: Command = [process.execPath, fileURLToPath(new URL('./own-train.mjs', import.meta.url))]
  const sides: Side[] = [
    { name: 'ours', command: ownTrain },
    { name: 'PEFT fp32', command: peft, dtype: 'fp32' },
    ...(values.bf16 ? [{ name: 'PEFT bf16', command: peft, dtype: 'bf16' as const }] : []),
    ...(likeliest ? [{ name: 'ours, likeliest', command: ownTrain, likeliest: true }] : []),
    ...(earlier === undefined ? [] : [earlierSide(resolve(earlier))]),
  ]
  printLoad('before')
  const runs = sides.map((): Run[] => [])
  for (let round = 0; round < Number(values.runs); round++) {
    const task = await trainTask(round, [Number(values.sft), Number(values.dpo)])
    const likeliestTask = likeliest && { ...(await trainTask(round, likeliest)), text: null }
    for (const [index, side] of sides.entries()) {
      const own = (side.likeliest ? likeliestTask : undefined) ?? task
      const out = join(folder, `${side.name} ${round}`)
      runs[index]?.push(await run(side, { ...own, ...(side.dtype && { dtype: side.dtype }), out }))
    }
  }
  const [ours, fp32] = runs as [Run[], Run[]]
  const names = sides.map(({ name }) => name)
  console.log(formatTable(rows(names, runs)))
  console.log(await heldOutTable(names, runs))
  printLoad('after')
  checkSame(ours, fp32)
  const ratio = (own: Run[], seconds: (run: Run) => number) =>
    median(own.map(seconds)) / median(fp32.map(seconds))
  const chosen = runs[sides.findIndex((side) => side.likeliest)]
  const whole = ({ seconds }: Run) => seconds
  printRatios({
    train: ratio(ours, whole),
    'train-after-load': ratio(ours, afterLoad),
    ...(chosen && { 'train-likeliest': ratio(chosen, whole) }),
  })
}

/** Another checkout's own side. */
function earlierSide(root: string): Side {
  return { name: 'ours, earlier', command: [process.execPath, 'compare/speed/own-train.mjs'], root }
}

async function heldOutTable(names: readonly string[], runs: readonly Run[][]): Promise<string> {
  const patches = runs.flatMap((own) => own.map(({ out }) => out))
  const [base = 0, ...losses] = await heldOutLosses(
    await realModel(values),
    demoPairs(66, 'validation'),
    patches,
  )
  const rows = [['held-out loss', 'mean', ...(runs[0] ?? []).map((_, seed) => `seed ${seed}`)]]
  rows.push(['no patch', base.toFixed(4)])
  for (const name of names) {
    const own = losses.splice(0, runs[0]?.length)
    const mean = own.reduce((sum, loss) => sum + loss, 0) / own.length
    rows.push([name, ...[mean, ...own].map((loss) => loss.toFixed(4))])
  }
  return formatTable(rows)
}

/** Runs a side's process from start to end. */
async function run({ command: [program, ...args], root }: Side, task: OwnTrainTask): Promise<Run> {
  const file = `${task.out}.json`
  await writeFile(file, JSON.stringify(task))
  const start = performance.now()
  const options = { env: quietEnvironment, maxBuffer: 2 ** 24, ...(root !== undefined && { cwd: root }) }
  const { stdout } = await promisify(execFile)(program, [...args, file], options)
  const seconds = (performance.now() - start) / 1000
  return { seconds, report: JSON.parse(stdout.trim().split('\n').at(-1) as string), out: task.out }
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
