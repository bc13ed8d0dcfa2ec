/**
 * Compares what `policypatch doctor` predicts for a model with measurements: memory for training and generation, time per step
 * and per token. Each side runs in its own process, one after the other.
 *
 *   npm run compare:doctor -- [--only NAME] [--gemma FILE] [--batch 8] [--prompt 64] [--response 64] [--runs 3] [--threads 2]
 *
 * Models: `smollm2`, `gemma3` (a different file of it with `--gemma`), and `billion`, a synthetic model of 1.1 billion parameters
 * in bfloat16. Ratios are estimate / measurement.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { printLoad, printRatios } from '../../timing/figures.ts'
import { ownCommand } from '../sides/command.ts'
import { startSide } from '../sides/side.ts'
import type { DoctorReport, DoctorTask } from './own-doctor.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    gemma: { type: 'string', default: 'google/gemma-3-270m' },
    batch: { type: 'string', default: '8' },
    prompt: { type: 'string', default: '64' },
    response: { type: 'string', default: '64' },
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', default: `${availableParallelism()}` },
  },
})

const models: Readonly<Record<string, string | undefined>> = {
  smollm2: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  gemma3: values.gemma,
  billion: undefined,
}
const chosen = Object.keys(models).filter((name) => values.only === undefined || name === values.only)
if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(models).join(', ')}`)

const step = {
  batchSize: Number(values.batch),
  promptTokens: Number(values.prompt),
  responseTokens: Number(values.response),
  prefixLength: 50,
}

printLoad('before')
const ratios: Record<string, number> = {}
const table = [['model', 'figure', 'estimate', 'measured', 'estimate / measured']]
for (const name of chosen) {
  const said = await report(name, 'diagnosis')
  const trained = await report(name, 'training')
  const generated = await report(name, 'generation')
  add(name, 'training', said.training, trained.training, megabytes)
  add(name, 'generation', said.generation, generated.generation, megabytes)
  add(name, 'step', said.step, trained.step, milliseconds)
  add(name, 'token', said.token, generated.token, milliseconds)
  table.push([name, 'the diagnosis took', `${said.seconds.toFixed(1)} s`, '', ''])
}
console.log(formatTable(table))
printLoad('after')
printRatios(ratios)

async function report(name: string, side: DoctorTask['side']): Promise<DoctorReport> {
  const model = models[name]
  const task: DoctorTask = {
    ...{ side, step, runs: Number(values.runs), threads: Number(values.threads) },
    ...(model !== undefined && { model }),
  }
  const started = await startSide<DoctorReport>(
    `${side} of ${name}`,
    ownCommand(new URL('./own-doctor.ts', import.meta.url)),
    task,
  )
  try {
    return await started.step()
  } finally {
    started.close()
  }
}

function add(
  name: string,
  figure: 'training' | 'generation' | 'step' | 'token',
  estimate: number | undefined,
  measured: number | undefined,
  shown: (value: number) => string,
): void {
  if (estimate === undefined || measured === undefined) throw new Error(`no ${figure} of ${name}`)
  const ratio = estimate / measured
  ratios[`${name}-${figure}`] = ratio
  const what = {
    training: 'memory of training',
    generation: 'memory of generating',
    step: 'a step',
    token: 'a token',
  }
  table.push([name, what[figure], shown(estimate), shown(measured), ratio.toFixed(2)])
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function milliseconds(seconds: number): string {
  return `${(1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)} ms`
}
